//! Which tokens are believed.

use auth::Logins;
use serde_json::json;

use super::{PATH, refused};
use crate::issuer::{TestIssuer, TestKey};
use crate::registry::Registry;
use crate::runner::Runner;
use crate::table::Table;

async fn registry(runner: &Runner) -> Registry {
    Registry::with_logins(runner.logins(), &Table::new().await)
}

/// Case 66 of the official registry's behaviour.
#[tokio::test]
async fn without_an_audience_there_is_no_login() {
    let runner = Runner::new().await;
    let registry = Registry::with_logins(Logins::none(), &Table::new().await);
    for path in [PATH, "/v0.1/auth/github-oidc"] {
        let message = registry.refused(path, &runner.login(&json!({}))).await;
        assert_eq!(message, "GitHub OIDC exchange disabled: this deployment has no audience configured");
    }
    assert_eq!(runner.issuer.requests(), 0);
}

/// Case 66 of the official registry's behaviour.
#[tokio::test]
async fn tokens_for_others_are_refused() {
    for audience in ["https://other.example.com", "https://registry.example.com/", "https://github.com/octo-org"] {
        let message = refused(&json!({ "aud": audience })).await;
        let expected = format!(
            "the identity token is made for the audience {audience:?}, the audience of this registry is \
             \"https://registry.example.com\": ask the issuer for a token with that audience"
        );
        assert_eq!(message, expected);
    }
}

#[tokio::test]
async fn clocks_may_differ_by_half_a_minute() {
    let runner = Runner::new().await;
    let registry = registry(&runner).await;
    let now = runner.claims()["iat"].as_i64().unwrap();
    for changes in [json!({"iat": now + 20, "nbf": now + 20}), json!({"exp": now - 20, "iat": now - 400})] {
        registry.granted(PATH, &runner.login(&changes)).await;
    }
    let message = registry.refused(PATH, &runner.login(&json!({"iat": now + 3600, "nbf": now}))).await;
    assert!(message.starts_with("the identity token is not valid before "), "{message}");
    assert!(message.ends_with(" from now (its claim iat): check the clock of whoever made it"), "{message}");
    let message = registry.refused(PATH, &runner.login(&json!({"exp": now - 3600}))).await;
    assert!(message.starts_with("the identity token ended "), "{message}");
    let expected = " ago: get a fresh one right before publishing, and check the clock of the runner";
    assert!(message.ends_with(expected), "{message}");
}

#[tokio::test]
async fn tokens_of_others_are_refused() {
    let runner = Runner::new().await;
    let registry = registry(&runner).await;
    let stranger = TestIssuer::start(&[&runner.key]).await;
    let message = registry.refused(PATH, &runner.login(&json!({"iss": stranger.url()}))).await;
    let (other, ours) = (stranger.url(), runner.issuer.url());
    let expected = format!(
        "the identity token is from the issuer {other}, this registry accepts tokens of {ours}: get one from there"
    );
    assert_eq!(message, expected);
    assert_eq!(stranger.requests(), 0);

    // A key of somebody else's under the name of the issuer's.
    let forged = TestKey::rsa("first", 2).token(&runner.claims());
    let message = registry.refused(PATH, &json!({"oidc_token": forged})).await;
    let expected = format!(
        "the signature of the identity token is not that of the issuer {ours}: send the token as the issuer gave it"
    );
    assert_eq!(message, expected);
}

#[tokio::test]
async fn github_signs_with_rs256_alone() {
    let runner = Runner::new().await;
    let registry = registry(&runner).await;
    for (alg, accepted) in [
        ("RS384", "RS256"),
        ("none", "RS256, RS384, RS512, ES256, ES384, EdDSA"),
        ("HS256", "RS256, RS384, RS512, ES256, ES384, EdDSA"),
    ] {
        let token = runner.key.sign(alg, &runner.claims());
        let message = registry.refused(PATH, &json!({"oidc_token": token})).await;
        let expected = format!(
            "the identity token says that it is signed with {alg}, which is not accepted here: use a token signed with one of \
             {accepted}"
        );
        assert_eq!(message, expected);
    }
    assert_eq!(runner.issuer.requests(), 0);
}

#[tokio::test]
async fn what_is_no_token_is_refused_and_kept_nowhere() {
    let runner = Runner::new().await;
    let table = Table::new().await;
    let registry = Registry::with_logins(runner.logins(), &table);
    let message = registry.refused(PATH, &json!({"oidc_token": "ghs_secret"})).await;
    let expected = "the identity token is malformed: it does not have three parts joined by dots: send the token as the issuer \
                    gave it";
    assert_eq!(message, expected);
    let token = runner.key.token(&runner.claims());
    registry.granted(PATH, &json!({"oidc_token": token})).await;
    let everything = table.everything().await;
    assert!(!everything.contains("ghs_secret") && !everything.contains(token.split('.').next_back().unwrap()));
}

#[tokio::test]
async fn the_issuer_is_down() {
    let runner = Runner::new().await;
    let registry = Registry::with_logins(Logins { failed_per_hour: 1, ..runner.logins() }, &Table::new().await);
    runner.issuer.set_down(true);
    let url = runner.issuer.url();
    for _ in 0..2 {
        // Nobody here is to blame, so it does not count.
        let answer = registry.post_from("192.0.2.1", PATH, runner.login(&json!({})).to_string()).await;
        let expected = format!(
            "the issuer {url} answered 503 at {url}/.well-known/openid-configuration, 200 expected: try again in a few minutes"
        );
        assert_eq!(answer.refusal(PATH), expected);
    }
    // Nor is it asked again at once.
    assert_eq!(runner.issuer.requests(), 1);
}

#[tokio::test]
async fn keys_change_in_between() {
    let runner = Runner::new().await;
    let (first, table) = (Table::new().await, Table::new().await);
    let registry = Registry::with_logins(runner.logins(), &first);
    registry.granted(PATH, &runner.login(&json!({}))).await;
    let second = TestKey::rsa("second", 2);
    runner.issuer.set_keys(&[&runner.key, &second]);
    let login = |runner: &Runner| json!({"oidc_token": second.token(&runner.claims())});
    // The keys were asked for a moment ago: whoever makes up key ids does not decide how often that happens.
    let message = registry.refused(PATH, &login(&runner)).await;
    let url = runner.issuer.url();
    let expected = format!(
        "the issuer {url} had no key \"second\" when its keys were last asked for, less than a minute ago: try "
    );
    assert!(message.starts_with(&expected), "{message}");
    registry.granted(PATH, &runner.login(&json!({}))).await;
    assert_eq!(runner.issuer.requests(), 1);
    // A registry that has not asked yet gets both; the old key goes on counting.
    let fresh = Registry::with_logins(runner.logins(), &table);
    fresh.granted(PATH, &login(&runner)).await;
    fresh.granted(PATH, &runner.login(&json!({}))).await;
    // What one process knows, the next one finds in the table.
    Registry::with_logins(runner.logins(), &table).granted(PATH, &login(&runner)).await;
    assert_eq!(runner.issuer.requests(), 2);
    // An old key that is gone counts no longer.
    runner.issuer.set_keys(&[&second]);
    let other = Registry::with_logins(runner.logins(), &Table::new().await);
    let message = other.refused(PATH, &runner.login(&json!({}))).await;
    let expected =
        format!("the issuer {url} has no key \"first\", as its keys of this moment say: get a fresh token from it");
    assert_eq!(message, expected);
}
