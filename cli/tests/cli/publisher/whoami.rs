//! `berth whoami`.

use serde_json::{Value, json};

use super::registry::{Registry, row, token_file};
use crate::harness::Home;

#[test]
fn a_login_is_shown_without_asking_the_registry() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.logged_in(&home);
    let stored: Value = serde_json::from_slice(&std::fs::read(token_file(&home)).unwrap()).unwrap();
    let ran = home.run(&["whoami"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert_eq!(row(&ran, "registry"), registry.url());
    assert_eq!((row(&ran, "method"), row(&ran, "subject")), ("none".to_owned(), "anonymous".to_owned()));
    assert_eq!(row(&ran, "publishes"), "io.modelcontextprotocol.anonymous/*");
    let ran = home.run(&["whoami", "--json"]);
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    let expected = json!({
        "registry": registry.url(), "method": "none", "subject": "anonymous", "expires_at": stored["expires_at"],
        "permissions": [{"action": "publish", "resource": "io.modelcontextprotocol.anonymous/*"}],
    });
    assert_eq!((ran.code, json), (0, expected));
    assert!(!ran.stdout.contains("e30."), "the token stays where it is");
    assert_eq!(registry.requests().len(), 1, "the login alone");
}

#[test]
fn who_is_called_what_they_are_is_named_once() {
    for (identity, is_shown) in [("octocat", false), ("github:583231\u{9b}", true)] {
        let home = Home::new();
        std::fs::create_dir_all(token_file(&home).parent().unwrap()).unwrap();
        let token = super::registry::identity_token("github-at", identity, &[], 1);
        let login = json!({"registry": "http://r.example", "token": token, "expires_at": i64::MAX, "method": "github"});
        std::fs::write(token_file(&home), login.to_string()).unwrap();
        let ran = home.run(&["whoami"]);
        assert_eq!((ran.code, row(&ran, "subject")), (0, "octocat".to_owned()));
        assert_eq!(ran.stdout.contains(" identity   github:583231\u{fffd}\n"), is_shown, "{ran:?}");
        let json: Value = serde_json::from_str(&home.run(&["whoami", "--json"]).stdout).unwrap();
        assert_eq!(json["identity"], identity);
    }
}

#[test]
fn a_login_that_is_over_is_told() {
    for (by, key, expected) in [
        ("none", Value::Null, "over, the next call renews it"),
        ("dns", json!("/home/me/my.key"), "over, the next call renews it"),
        (
            "dns",
            Value::Null,
            "over, log in again with `berth login dns --domain example.com --key FILE --registry http://r.example`",
        ),
    ] {
        let home = Home::new();
        let token = super::registry::token(by, &[], 1);
        let login = json!({"registry": "http://r.example", "token": token, "expires_at": 1_700_000_000, "method": by,
            "domain": "example.com", "key": key});
        std::fs::create_dir_all(token_file(&home).parent().unwrap()).unwrap();
        std::fs::write(token_file(&home), login.to_string()).unwrap();
        let ran = home.run(&["whoami"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert_eq!(row(&ran, "publishes"), "nothing");
        assert_eq!(row(&ran, "expires"), format!("2023-11-14T22:13:20Z: {expected}"));
    }
}

#[test]
fn nobody_is_nobody() {
    let home = Home::new();
    for arguments in [&["whoami"][..], &["whoami", "--json"]] {
        let ran = home.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
        assert_eq!(
            ran.stderr,
            "error: not logged in; log in with `berth login github`, `github-oidc`, `oidc`, `dns`, `http` or `none`\n"
        );
    }
}

#[test]
fn a_token_that_says_nothing_is_no_error() {
    let home = Home::new();
    std::fs::create_dir_all(token_file(&home).parent().unwrap()).unwrap();
    let login =
        json!({"registry": "http://r.example", "token": "opaque\u{1b}", "expires_at": i64::MAX, "method": "none"});
    std::fs::write(token_file(&home), login.to_string()).unwrap();
    let ran = home.run(&["whoami"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, "the token does not say whose it is\n"));
    assert_eq!(row(&ran, "expires"), "never, renews itself");
}
