//! `berth login github` by a code that is entered at GitHub, which the tests play.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use wiremock::Request;

use super::registry::{Registry, body, identity_token, keeps_to_itself, mode, row, stored, token_file};
use crate::harness::{Home, Ran, run};

const CODE: &str = "/login/device/code";
const TOKEN: &str = "/login/oauth/access_token";
const DEVICE_CODE: &str = "3584d83530557fdd1f46af8289938c8ef79f9dc5";
const SECRET: &str = "gho_16C7e42F292c6912E7710c838347Ae178B4a";
const IDENTITY: &str = "github:583231";

/// A registry that GitHub knows.
fn registry() -> Registry {
    let registry = Registry::start();
    registry.answers("GET", "/v0.1/health", 200, &json!({"status": "ok", "github_client_id": "Iv1.0123"}));
    registry
}

/// A GitHub that gives codes.
fn github() -> Registry {
    let github = Registry::start();
    github.answers(
        "POST",
        CODE,
        200,
        &json!({
            "device_code": DEVICE_CODE, "user_code": "WDJB-MJHT", "verification_uri": "https://github.com/login/device",
            "expires_in": 900, "interval": 1,
        }),
    );
    github
}

fn log_in(home: &Home, registry: &Registry, github: &Registry) -> Ran {
    let mut command = home.berth(&["login", "github", "--registry", &registry.url()]);
    command.env("BERTH_GITHUB_URL", github.url());
    run(command)
}

fn form(request: &Request) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(&request.body).into_owned().collect()
}

fn fields(fields: &[(&str, &str)]) -> BTreeMap<String, String> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The tokens of GitHub that the registry was shown.
fn shown(registry: &Registry) -> Vec<Value> {
    registry.asked("/v0.1/auth/github-at").iter().map(body).collect()
}

#[test]
fn a_code_is_entered_and_becomes_a_login() {
    let (home, registry, github) = (Home::new(), registry(), github());
    github.answers_once("POST", TOKEN, 200, &json!({"error": "authorization_pending", "error_description": "wait"}));
    github.answers_once("POST", TOKEN, 200, &json!({"error": "slow_down", "interval": 6}));
    github.answers_once("POST", TOKEN, 502, &Value::Null);
    let granted = json!({"access_token": SECRET, "token_type": "bearer", "scope": "read:org,read:user"});
    github.answers("POST", TOKEN, 200, &granted);
    registry.grants_identity("github-at", IDENTITY, &["io.github.octocat/*", "io.github.acme/*"], &[300]);
    let ran = log_in(&home, &registry, &github);
    assert_eq!(ran.code, 0, "{ran:?}");
    let said: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(said.len(), 3, "{ran:?}");
    assert_eq!(said[0], "open https://github.com/login/device and enter the code WDJB-MJHT");
    assert!(said[1].starts_with("the code is good for 15 minutes; ") && said[1].contains(&registry.url()), "{ran:?}");
    assert_eq!(said[2], "waiting until the code is entered");
    assert_eq!((row(&ran, "method"), row(&ran, "identity")), ("github-at".to_owned(), IDENTITY.to_owned()));
    assert_eq!(row(&ran, "publishes"), "io.github.octocat/*, io.github.acme/*");
    assert!(row(&ran, "expires").ends_with("renews itself"), "{ran:?}");
    keeps_to_itself(&ran, &[SECRET, DEVICE_CODE, "token-1"]);

    let asked = github.requests();
    let expected = fields(&[("client_id", "Iv1.0123"), ("scope", "read:org read:user")]);
    assert_eq!((asked[0].url.path(), form(&asked[0])), (CODE, expected));
    let expected = fields(&[
        ("client_id", "Iv1.0123"),
        ("device_code", DEVICE_CODE),
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
    ]);
    assert_eq!(asked.len(), 5);
    for request in &asked {
        assert_eq!(request.headers["accept"], "application/json");
        assert_eq!(request.headers["content-type"], "application/x-www-form-urlencoded");
        assert!(!request.headers.contains_key("authorization"));
    }
    assert!(asked[1..].iter().all(|request| request.url.path() == TOKEN && form(request) == expected));
    assert_eq!(shown(&registry), [json!({"github_token": SECRET})]);

    let stored = stored(&home);
    let token = identity_token("github-at", IDENTITY, &["io.github.octocat/*", "io.github.acme/*"], 1);
    let expected = json!({"registry": registry.url(), "token": token, "expires_at": stored["expires_at"],
        "method": "github", "github_token": SECRET});
    assert_eq!(stored, expected);
    assert_eq!(mode(&token_file(&home)), 0o600);
}

#[test]
fn a_token_without_organisations_is_told() {
    let (home, registry, github) = (Home::new(), registry(), github());
    github.answers("POST", TOKEN, 200, &json!({"access_token": SECRET, "token_type": "bearer", "scope": ""}));
    registry.grants_identity("github-at", IDENTITY, &["io.github.octocat/*"], &[300]);
    let ran = log_in(&home, &registry, &github);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.stderr.contains("note: GitHub's token does not show your organisations; to publish for one, log in with")
    );
}

#[test]
fn what_github_refuses_has_a_way_out() {
    let at_token =
        |error: &str| (200, json!({"interval": 1}), Some(json!({"error": error, "error_description": SECRET})));
    for ((status, code, token), expected) in [
        (
            at_token("expired_token"),
            "error: the code was not entered in time; run `berth login github` again for a new one",
        ),
        (at_token("access_denied"), "error: the login was cancelled at GitHub; run `berth login github` again"),
        (at_token("device_flow_disabled"), "does not allow device logins; ask its operator to enable the device flow"),
        (
            at_token("incorrect_client_credentials"),
            "ask its operator to correct BERTH_GITHUB_CLIENT_ID, or log in with",
        ),
        (
            at_token("something_new"),
            "error: GitHub refused the login (something_new); try again in a minute, or log in with",
        ),
        ((200, json!({"error": "device_flow_disabled"}), None), "does not allow device logins; ask its operator"),
        ((404, json!({"error": "Not Found"}), None), "GitHub does not know the client id that http://127.0.0.1:"),
        ((500, json!("<html>"), None), "error: GitHub answered 500 Internal Server Error and no token; try again"),
        ((200, json!({"device_code": DEVICE_CODE}), None), "error: GitHub answered 200 OK and no token; try again"),
    ] {
        let (home, registry) = (Home::new(), registry());
        let github = if token.is_some() { github() } else { Registry::start() };
        if let Some(token) = &token {
            github.answers("POST", TOKEN, 200, token);
        }
        github.answers("POST", CODE, status, &code);
        let ran = log_in(&home, &registry, &github);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
        let last = ran.stderr.lines().last().unwrap();
        assert!(last.contains(expected), "{expected}: {ran:?}");
        keeps_to_itself(&ran, &[SECRET, DEVICE_CODE]);
        assert!(shown(&registry).is_empty());
        assert!(!token_file(&home).exists());
    }
}

#[test]
fn a_code_that_is_over_is_not_asked_for_again() {
    let (home, registry, github) = (Home::new(), registry(), Registry::start());
    github.answers(
        "POST",
        CODE,
        200,
        &json!({
            "device_code": DEVICE_CODE, "user_code": "A\u{1b}[31mB\u{202e}", "verification_uri": "https://github.com/x\n",
            "expires_in": 1, "interval": 1,
        }),
    );
    github.answers("POST", TOKEN, 200, &json!({"error": "authorization_pending"}));
    let ran = log_in(&home, &registry, &github);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(ran.stderr.contains("error: the code was not entered in time"), "{ran:?}");
    assert!(
        ran.stderr.starts_with("open https://github.com/x  and enter the code A\u{fffd}[31mB\u{fffd}\n"),
        "{ran:?}"
    );
    assert!(github.asked(TOKEN).len() <= 1);
}

#[test]
fn a_registry_that_github_does_not_know_is_told() {
    let (home, registry, github) = (Home::new(), Registry::start(), github());
    registry.answers("GET", "/v0.1/health", 200, &json!({"status": "ok"}));
    let ran = log_in(&home, &registry, &github);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    let expected =
        format!("error: {} names no GitHub client id, so a login in the browser is not possible", registry.url());
    assert!(ran.stderr.starts_with(&expected), "{ran:?}");
    assert!(ran.stderr.contains("`berth login github --token TOKEN`") && ran.stderr.contains("BERTH_GITHUB_CLIENT_ID"));
    assert!(github.requests().is_empty());
}
