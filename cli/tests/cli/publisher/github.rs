//! `berth login github` with a token that is given.

use std::process::Command;

use serde_json::{Value, json};

use super::registry::{
    Registry, answer, body, document, keeps_to_itself, now, problem, row, stored, token_file, token_number,
};
use crate::harness::{Home, run};

const SECRET: &str = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
const IDENTITY: &str = "github:583231";

fn command(home: &Home, registry: &Registry, arguments: &[&str]) -> Command {
    let mut command = home.berth(&[&["login", "github", "--registry", &registry.url()], arguments].concat());
    // Nobody is there.
    command.env("BERTH_GITHUB_URL", "http://127.0.0.1:1");
    command
}

/// The tokens of GitHub that the registry was shown.
fn shown(registry: &Registry) -> Vec<Value> {
    registry.asked("/v0.1/auth/github-at").iter().map(body).collect()
}

#[test]
fn a_token_that_is_given_needs_no_browser() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.grants_identity("github-at", IDENTITY, &["io.github.octocat/*"], &[300, 300, 300]);
    let ran = run(command(&home, &registry, &["--token", &format!(" {SECRET}\n")]));
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    assert!(row(&ran, "expires").ends_with("renews itself"), "{ran:?}");
    assert_eq!(stored(&home)["github_token"], SECRET);
    keeps_to_itself(&ran, &[SECRET]);

    // The flag beats the variable, and what the variable holds is not written down.
    let mut given = command(&home, &registry, &["--token", SECRET]);
    given.env("MCP_GITHUB_TOKEN", "ghp_other");
    assert_eq!(run(given).code, 0);
    let mut given = command(&home, &registry, &[]);
    given.env("MCP_GITHUB_TOKEN", "ghp_other\n");
    let ran = run(given);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    assert!(row(&ran, "expires").ends_with("renews itself"), "{ran:?}");
    assert_eq!(stored(&home).get("github_token"), None);
    let tokens: Vec<Value> = shown(&registry).iter().map(|body| body["github_token"].clone()).collect();
    assert_eq!(tokens, [SECRET, SECRET, "ghp_other"]);
    assert!(registry.asked("/v0.1/health").is_empty());

    let ran = run(command(&home, &registry, &["--token", " "]));
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (1, "error: --token is empty; give the token, or leave the option out\n")
    );
    let mut help = home.berth(&["login", "github", "--help"]);
    help.env("MCP_GITHUB_TOKEN", SECRET);
    let ran = run(help);
    assert!(ran.stdout.contains("MCP_GITHUB_TOKEN"), "{ran:?}");
    keeps_to_itself(&ran, &[SECRET]);
}

#[test]
fn a_login_renews_itself_with_the_token_that_was_kept() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.grants_identity("github-at", IDENTITY, &["io.github.octocat/*"], &[5, 300]);
    registry.answers("POST", "/v0.1/publish", 200, &answer("active"));
    assert_eq!(run(command(&home, &registry, &["--token", SECRET])).code, 0);
    home.file("server.json", document().to_string());
    let ran = home.run(&["publish"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("the token had expired"), "{ran:?}");
    keeps_to_itself(&ran, &[SECRET]);
    assert_eq!(registry.asked("/v0.1/publish").iter().map(token_number).collect::<Vec<_>>(), [2]);
    assert_eq!(shown(&registry), [json!({"github_token": SECRET}), json!({"github_token": SECRET})]);
    assert_eq!(stored(&home)["github_token"], SECRET, "still there");
    assert_eq!(home.run(&["logout"]).code, 0);
    assert!(!token_file(&home).exists());
}

#[test]
fn a_token_that_was_not_kept_is_asked_of_the_environment() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.grants_identity("github-at", IDENTITY, &["io.github.octocat/*"], &[5, 300]);
    registry.answers("POST", "/v0.1/publish", 200, &answer("active"));
    let mut login = command(&home, &registry, &[]);
    login.env("MCP_GITHUB_TOKEN", SECRET);
    assert_eq!(run(login).code, 0);
    home.file("server.json", document().to_string());
    let ran = home.run(&["publish"]);
    let command = format!("`berth login github --registry {}`", registry.url());
    let expected =
        format!("error: the login has expired, and GitHub's token was not kept; log in again with {command}\n");
    assert_eq!((ran.code, ran.stderr), (1, expected));
    let mut publish = home.berth(&["publish"]);
    publish.env("MCP_GITHUB_TOKEN", SECRET);
    assert_eq!(run(publish).code, 0);
    assert_eq!(shown(&registry).len(), 2);
}

#[test]
fn a_refusal_does_not_repeat_the_token() {
    let (home, registry) = (Home::new(), Registry::start());
    let errors = json!([
        {"message": format!("GitHub does not know {SECRET}"), "location": "body", "value": {"github_token": SECRET}},
    ]);
    let refusal = problem("Unauthorized", 401, "Token exchange failed", &errors);
    registry.answers_once("POST", "/v0.1/auth/github-at", 401, &refusal);
    let ran = run(command(&home, &registry, &["--token", SECRET]));
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(
        ran.stderr.starts_with("error: the registry answered 401 Unauthorized: Token exchange failed\n"),
        "the registry has said what is wrong: {ran:?}"
    );
    assert!(ran.stderr.contains("GitHub does not know (left out)"), "{ran:?}");
    keeps_to_itself(&ran, &[SECRET]);

    // The official registry says no more than this.
    let bare = problem("Unauthorized", 401, "Token exchange failed", &Value::Null);
    registry.answers("POST", "/v0.1/auth/github-at", 401, &bare);
    let ran = run(command(&home, &registry, &["--token", SECRET]));
    assert!(ran.stderr.ends_with("one of GitHub that is still good, with read:org for organisations\n"), "{ran:?}");
    assert!(!token_file(&home).exists());

    // Nor does an answer that is none.
    let other = Registry::start();
    other.answers("POST", "/v0.1/auth/github-at", 200, &json!(SECRET));
    let ran = run(command(&home, &other, &["--token", SECRET]));
    assert!(ran.stderr.contains("did not answer with a token; is it a registry?"), "{ran:?}");
    keeps_to_itself(&ran, &[SECRET]);
}

#[test]
fn githubs_token_takes_no_open_road() {
    let home = Home::new();
    let ran = home.run(&["login", "github", "--token", SECRET, "--registry", "http://registry.example"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(
        ran.stderr.starts_with("error: a token of GitHub can be read by others on its way to http://registry.example;")
    );
    keeps_to_itself(&ran, &[SECRET]);
    let registry = Registry::start();
    registry.answers("GET", "/v0.1/health", 200, &json!({"status": "ok", "github_client_id": "Iv1.0123"}));
    for url in ["http://github.example", "ftp://127.0.0.1", "github.com"] {
        let mut login = home.berth(&["login", "github", "--registry", &registry.url()]);
        login.env("BERTH_GITHUB_URL", url);
        let ran = run(login);
        assert_eq!(ran.code, 1);
        assert!(ran.stderr.starts_with("error: BERTH_GITHUB_URL holds no address of GitHub: expected "), "{ran:?}");
    }
    let mut login = home.berth(&["login", "github", "--registry", &registry.url()]);
    login.env("BERTH_GITHUB_URL", "http://127.0.0.1:1");
    assert!(run(login).stderr.starts_with("error: cannot reach GitHub"));
}

#[test]
fn scripts_see_the_identity() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.grants_identity("github-at", IDENTITY, &["io.github.octocat/*"], &[300]);
    assert_eq!(run(command(&home, &registry, &["--token", SECRET])).code, 0);
    let ran = home.run(&["whoami", "--json"]);
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    let expected = json!({
        "registry": registry.url(), "method": "github-at", "subject": "octocat", "identity": IDENTITY,
        "permissions": [{"action": "publish", "resource": "io.github.octocat/*"}], "expires_at": json["expires_at"],
    });
    assert_eq!((ran.code, &json), (0, &expected));
    assert!((json["expires_at"].as_i64().unwrap() - now() - 300).abs() < 100);
    keeps_to_itself(&ran, &[SECRET, "token-1"]);
}
