//! Tokens renew themselves while the proof can be made again.

use serde_json::{Value, json};

use super::registry::{NAME, Registry, SERVER, answer, document, problem, token_file, token_number};
use crate::harness::{Home, Ran, run};

const AGAIN: &str = "the token had expired";

fn published(registry: &Registry) -> Vec<usize> {
    registry.asked("/v0.1/publish").iter().map(token_number).collect()
}

fn publish(home: &Home) -> Ran {
    home.file("server.json", document().to_string());
    home.run(&["publish"])
}

/// A refusal of a token.
fn stale() -> Value {
    let errors = json!([{"message": "failed to parse token: token has invalid claims: token is expired"}]);
    problem("Unauthorized", 401, "Invalid or expired Registry JWT token", &errors)
}

#[test]
fn a_token_that_is_about_to_expire_is_renewed_before_the_call() {
    for (seconds, renewals) in [(-1000, 1), (10, 1), (29, 1), (120, 0)] {
        let (home, registry) = (Home::new(), Registry::start());
        registry.grants("none", &["x/*"], &[seconds, 300]);
        registry.answers("POST", "/v0.1/publish", 200, &answer("active"));
        assert_eq!(home.run(&["login", "none", "--registry", &registry.url()]).code, 0);
        let ran = publish(&home);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert_eq!(ran.stderr.matches(AGAIN).count(), renewals, "{seconds}: {ran:?}");
        assert_eq!(registry.asked("/v0.1/auth/none").len(), 1 + renewals, "{seconds}");
        assert_eq!(published(&registry), [1 + renewals], "{seconds}");
        assert_eq!(publish(&home).code, 0);
        assert_eq!(registry.asked("/v0.1/auth/none").len(), 1 + renewals, "the new token is kept");
    }
}

#[test]
fn a_domain_is_proved_again_with_the_key_that_is_in_a_file() {
    let (home, registry) = (Home::new(), Registry::start());
    home.run(&["keys", "new", "--output", "my.key"]);
    registry.grants("dns", &["com.example/*"], &[5, 300]);
    registry.answers("POST", "/v0.1/publish", 200, &answer("active"));
    let login = ["login", "dns", "--domain", "example.com", "--key", "my.key", "--registry", &registry.url()];
    assert_eq!(home.run(&login).code, 0);
    // The path is kept whole: it is found from elsewhere too.
    std::fs::create_dir(home.path("elsewhere")).unwrap();
    let document = home.file("elsewhere/server.json", document().to_string());
    let mut command = home.berth(&["publish", &document]);
    command.current_dir(home.path("elsewhere"));
    let ran = run(command);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(published(&registry), [2]);
    let logins = registry.asked("/v0.1/auth/dns");
    let domains: Vec<Value> =
        logins.iter().map(|login| serde_json::from_slice::<Value>(&login.body).unwrap()["domain"].clone()).collect();
    assert_eq!(domains, ["example.com", "example.com"]);
}

#[test]
fn a_key_that_was_not_kept_renews_nothing_unless_the_environment_has_it() {
    let (home, registry) = (Home::new(), Registry::start());
    let key = "11".repeat(32);
    registry.grants("http", &["com.example/*"], &[5, 300]);
    registry.answers("POST", "/v0.1/publish", 200, &answer("active"));
    let url = registry.url();
    let login = ["login", "http", "--domain", "example.com", "--private-key", &key, "--registry", &url];
    assert_eq!(home.run(&login).code, 0);
    let ran = publish(&home);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    let command = format!("`berth login http --domain example.com --key FILE --registry {url}`");
    assert_eq!(
        ran.stderr,
        format!("error: the login has expired, and its key is in no file; log in again with {command}\n")
    );
    assert!(published(&registry).is_empty());
    let mut command = home.berth(&["publish"]);
    command.env("BERTH_PRIVATE_KEY", &key);
    let ran = run(command);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(published(&registry), [2]);
}

#[test]
fn a_token_that_is_not_taken_is_renewed_once() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.logged_in(&home);
    registry.answers_once("POST", "/v0.1/publish", 401, &stale());
    registry.answers("POST", "/v0.1/publish", 200, &answer("active"));
    registry.grants_again();
    let ran = publish(&home);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.stderr.matches(AGAIN).count(), 1, "{ran:?}");
    assert_eq!(published(&registry), [1, 2]);
    let bodies: Vec<Vec<u8>> = registry.asked("/v0.1/publish").into_iter().map(|request| request.body).collect();
    assert_eq!(bodies[0], bodies[1], "the same document again");
    assert!(std::fs::read_to_string(token_file(&home)).unwrap().contains(".token-2\""));
}

#[test]
fn a_registry_that_takes_no_token_is_not_asked_for_ever() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.logged_in(&home);
    registry.answers("PATCH", &format!("{SERVER}/status"), 401, &stale());
    registry.answers("GET", &format!("{SERVER}/versions"), 200, &json!({"servers": [answer("active")]}));
    registry.grants_again();
    let ran = home.run(&["status", "--status", "deleted", "--all-versions", "--yes", NAME]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    let last = format!("log in again with `berth login none --registry {}`", registry.url());
    assert!(ran.stderr.contains(&format!("Invalid or expired Registry JWT token; {last}\n")), "{ran:?}");
    let tokens: Vec<usize> = registry.asked(&format!("{SERVER}/status")).iter().map(token_number).collect();
    assert_eq!(tokens, [1, 2]);
}

#[test]
fn a_login_that_is_refused_now_says_so() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.grants("none", &["x/*"], &[-5]);
    assert_eq!(home.run(&["login", "none", "--registry", &registry.url()]).code, 0);
    let gone = problem("Not Found", 404, "Endpoint not found. See /docs for the API documentation.", &Value::Null);
    registry.answers("POST", "/v0.1/auth/none", 404, &gone);
    let ran = publish(&home);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(
        ran.stderr
            .ends_with(&format!("logging in again failed; try `berth login none --registry {}`\n", registry.url())),
        "{ran:?}"
    );
    assert!(published(&registry).is_empty());
}
