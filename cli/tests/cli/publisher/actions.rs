//! `berth login github-oidc`, with a token service of GitHub Actions that the tests play.

use serde_json::{Value, json};

use super::registry::{
    Registry, answer, body, document, keeps_to_itself, problem, row, stored, token_file, token_number,
};
use crate::harness::{Home, Ran, run};

const GIVEN: &str = "/abc/idtoken";
const REQUEST_TOKEN: &str = "runner-secret";

/// A token service that gives `id-1`, `id-2`, ….
fn actions(count: usize) -> Registry {
    let actions = Registry::start();
    for number in 1..=count {
        actions.answers_once("GET", GIVEN, 200, &json!({"count": 1, "value": id_token(number)}));
    }
    actions
}

fn id_token(number: usize) -> String {
    format!("eyJ0eXAi.payload.id-{number}")
}

/// Runs a command in a job that may ask for ID tokens.
fn in_job(home: &Home, actions: &Registry, arguments: &[&str]) -> Ran {
    let mut command = home.berth(arguments);
    command.env("ACTIONS_ID_TOKEN_REQUEST_URL", format!("{}{GIVEN}?api-version=2.0", actions.url()));
    command.env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", REQUEST_TOKEN);
    let ran = run(command);
    keeps_to_itself(&ran, &[REQUEST_TOKEN, "payload", "token-1"]);
    ran
}

fn shown(registry: &Registry) -> Vec<Value> {
    registry.asked("/v0.1/auth/github-oidc").iter().map(body).collect()
}

#[test]
fn a_job_proves_whose_repository_it_runs_for() {
    // The registry may live below a path, which is no part of the audience.
    for below in ["", "/deep/"] {
        let (home, registry, actions) = (Home::new(), Registry::start(), actions(1));
        let at = format!("{}v0.1/auth/github-oidc", if below.is_empty() { "/" } else { below });
        let token = super::registry::identity_token("github-oidc", "github:9919", &["io.github.acme/*"], 1);
        registry.answers(
            "POST",
            &at,
            200,
            &json!({"registry_token": token, "expires_at": super::registry::now() + 300}),
        );
        let url = format!("{}{below}", registry.url());
        let ran = in_job(&home, &actions, &["login", "github-oidc", "--registry", &url]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
        assert_eq!((row(&ran, "identity"), row(&ran, "method")), ("github:9919".to_owned(), "github-oidc".to_owned()));
        assert!(row(&ran, "expires").ends_with("renews itself"), "{ran:?}");
        let asked = actions.requests();
        let query: Vec<(String, String)> = asked[0].url.query_pairs().into_owned().collect();
        let expected = [("api-version", "2.0".to_owned()), ("audience", registry.url())];
        assert_eq!(query, expected.map(|(name, value)| (name.to_owned(), value)));
        assert_eq!(asked[0].headers["authorization"], format!("Bearer {REQUEST_TOKEN}").as_str());
        assert_eq!(registry.asked(&at).iter().map(body).collect::<Vec<_>>(), [json!({"oidc_token": id_token(1)})]);
        let text = stored(&home).to_string();
        assert!(!text.contains("payload") && !text.contains(REQUEST_TOKEN), "{text}");
    }
}

#[test]
fn a_job_that_may_not_ask_is_told_what_it_needs() {
    let (home, registry) = (Home::new(), Registry::start());
    let ran = home.run(&["login", "github-oidc", "--registry", &registry.url()]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(ran.stderr.starts_with("error: GitHub Actions offers this process no ID token"), "{ran:?}");
    assert!(ran.stderr.contains("`permissions: id-token: write`"), "{ran:?}");
    for (status, answer) in
        [(403, json!({"message": REQUEST_TOKEN})), (200, json!({"value": ""})), (200, json!(REQUEST_TOKEN))]
    {
        let actions = Registry::start();
        actions.answers("GET", GIVEN, status, &answer);
        let ran = in_job(&home, &actions, &["login", "github-oidc", "--registry", &registry.url()]);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
        let expected = format!("error: the token service of GitHub Actions answered {status} ");
        assert!(ran.stderr.starts_with(&expected) && ran.stderr.contains("id-token: write`"), "{ran:?}");
    }
    for url in ["http://actions.example/token", "nowhere"] {
        let mut command = home.berth(&["login", "github-oidc", "--registry", &registry.url()]);
        command.env("ACTIONS_ID_TOKEN_REQUEST_URL", url).env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", REQUEST_TOKEN);
        let ran = run(command);
        assert_eq!(ran.code, 1);
        assert!(ran.stderr.starts_with("error: ACTIONS_ID_TOKEN_REQUEST_URL holds no address"), "{ran:?}");
    }
    assert!(registry.requests().is_empty() && !token_file(&home).exists());
}

#[test]
fn a_login_renews_itself_while_the_job_runs() {
    let (home, registry, actions) = (Home::new(), Registry::start(), actions(2));
    registry.grants_identity("github-oidc", "github:9919", &["io.github.acme/*"], &[5, 5]);
    registry.answers("POST", "/v0.1/publish", 200, &answer("active"));
    home.file("server.json", document().to_string());
    assert_eq!(in_job(&home, &actions, &["login", "github-oidc", "--registry", &registry.url()]).code, 0);
    let ran = in_job(&home, &actions, &["publish"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(registry.asked("/v0.1/publish").iter().map(token_number).collect::<Vec<_>>(), [2]);
    assert_eq!(shown(&registry), [json!({"oidc_token": id_token(1)}), json!({"oidc_token": id_token(2)})]);

    let ran = home.run(&["publish"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    let expected = format!(
        "error: the login has expired, and there is no new ID token; log in again with `berth login github-oidc --registry {}`",
        registry.url()
    );
    assert!(ran.stderr.starts_with(&expected), "{ran:?}");
    assert!(home.run(&["whoami"]).stdout.contains("over, log in again with `berth login github-oidc"));
}

#[test]
fn a_registry_without_an_audience_is_told() {
    let (home, registry, actions) = (Home::new(), Registry::start(), actions(1));
    let errors = json!([{"message": "GitHub OIDC exchange disabled: this deployment has no audience configured"}]);
    let refusal = problem("Unauthorized", 401, "Token exchange failed", &errors);
    registry.answers("POST", "/v0.1/auth/github-oidc", 401, &refusal);
    let ran = in_job(&home, &actions, &["login", "github-oidc", "--registry", &registry.url()]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.contains("no audience configured; ask the operator to set BERTH_GITHUB_OIDC_AUDIENCE"),
        "{ran:?}"
    );
}
