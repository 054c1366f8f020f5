//! Every way in which GitHub, or what it says, speaks against a login.

use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::{PATH, refused};
use crate::github_server::{GitHubServer, TOKEN, login};
use crate::registry::Registry;
use crate::table::Table;

const SSO: &str = "an organisation of yours demands single sign-on (SSO) for this token: authorize";

fn forbidden(headers: &[(&'static str, &str)]) -> ResponseTemplate {
    headers.iter().fold(ResponseTemplate::new(403), |answer, (name, value)| answer.insert_header(*name, *value))
}

/// The same refusal at either question.
async fn both(answer: &ResponseTemplate) -> String {
    let at_user = refused(|github| github.answer_user(answer.clone())).await;
    let at_memberships = refused(|github| github.answer_memberships(answer.clone())).await;
    assert_eq!(at_user, at_memberships);
    at_user
}

#[tokio::test]
async fn tokens_that_github_does_not_know() {
    let github = GitHubServer::new().await;
    let table = Table::new().await;
    let registry = Registry::with_logins(github.logins(), &table);
    let message = format!(
        "GitHub does not accept the token: it is mistyped, revoked or expired. Run `berth login github` for a new one, or make \
         one at {}settings/tokens",
        github.web()
    );
    assert_eq!(registry.refused(PATH, &json!({"github_token": "ghp_wrong"})).await, message);
    github.answer_memberships(ResponseTemplate::new(401));
    assert_eq!(registry.refused(PATH, &login()).await, message);
    // No part of a token is kept.
    let everything = table.everything().await;
    assert!(!everything.contains("ghp_wrong") && !everything.contains(TOKEN) && everything.contains("mistyped"));
}

#[tokio::test]
async fn tokens_that_are_none_are_not_sent() {
    let github = GitHubServer::new().await;
    let registry = Registry::with_logins(github.logins(), &Table::new().await);
    for token in ["", " ", "ghp a", "ghp\r\nHost: evil", "ghp_é", &"a".repeat(4097)] {
        let message = registry.refused(PATH, &json!({"github_token": token})).await;
        let expected =
            "github_token is empty or has characters that no token of GitHub has: send the token as GitHub gave it";
        assert_eq!(message, expected, "{token:?}");
    }
    assert!(github.requests().await.is_empty());
}

#[tokio::test]
async fn the_limit_of_requests() {
    let used_up = forbidden(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1795226766")]);
    let message = "GitHub's limit of requests is used up for this token: try again after 2026-11-21T02:06:06Z, or publish from \
                   GitHub Actions with `berth login github-oidc`";
    assert_eq!(both(&used_up).await, message);
    // Case 65 of the official registry's behaviour: a pause is no missing scope.
    let message = "GitHub asks for a pause, because too many requests came at once: try again in 60 seconds";
    assert_eq!(both(&forbidden(&[("retry-after", "60")])).await, message);
    let message = "GitHub's limit of requests is used up for this token: try again in an hour";
    assert_eq!(both(&ResponseTemplate::new(429)).await, message);
    assert_eq!(both(&forbidden(&[("x-ratelimit-remaining", "0")])).await, message);
    let message = "GitHub asks for a pause, because too many requests came at once: try again in 7 seconds";
    assert_eq!(both(&ResponseTemplate::new(429).insert_header("retry-after", "7")).await, message);
}

#[tokio::test]
async fn single_sign_on() {
    let github = GitHubServer::new().await;
    let url = format!("{}orgs/acme/sso?authorization_request=AZSCKtL4U8yX1H3s", github.web());
    github.answer_memberships(forbidden(&[("x-github-sso", &format!("required; url={url}"))]));
    let table = Table::new().await;
    let registry = Registry::with_logins(github.logins(), &table);
    let message = registry.refused(PATH, &login()).await;
    assert_eq!(message, format!("{SSO} the token there and log in again: {url}"));
    // The address is good for whoever has it.
    let detail = table.trail().await[0].detail.clone().unwrap();
    assert_eq!(detail, format!("{SSO} the token there and log in again: {}orgs/acme/sso", github.web()));

    for elsewhere in ["required; url=https://evil.example/orgs/acme/sso", "required"] {
        github.answer_memberships(forbidden(&[("x-github-sso", elsewhere)]));
        let expected = format!("{SSO} it with `Configure SSO` at {}settings/tokens and log in again", github.web());
        assert_eq!(registry.refused(PATH, &login()).await, expected);
    }
}

#[tokio::test]
async fn a_token_that_may_not_even_say_whose_it_is() {
    let message = refused(|github| github.answer_user(ResponseTemplate::new(403))).await;
    let expected = "GitHub does not let this token read whose it is (403 at /user): use a personal access token, or run `berth \
                    login github`; from a workflow, use `berth login github-oidc`";
    assert_eq!(message, expected);
}

#[tokio::test]
async fn names_that_are_no_namespaces() {
    for login in ["octo_acme", "octo.cat", "octo/cat", "é", ""] {
        let message = refused(|github| github.set_user(login, 7)).await;
        let expected = format!(
            "the account {login:?} has other characters in its name than letters, digits and hyphens, so it has no namespace: \
             publish for an organisation from GitHub Actions with `berth login github-oidc`, or prove a domain with `berth \
             login dns`"
        );
        assert_eq!(message, expected);
        let message = refused(|github| {
            github.set_memberships(&[("acme", 1, "active", "admin"), (login, 2, "active", "admin")]);
        });
        let expected = format!(
            "GitHub names an organisation {login:?} of yours, which has other characters than letters, digits and hyphens, so \
             nothing that it says is believed: tell the operator of this registry"
        );
        assert_eq!(message.await, expected);
    }
}

#[tokio::test]
async fn there_is_an_end_to_pages() {
    let github = GitHubServer::new().await;
    github.set_memberships(&[("acme", 1, "active", "member"); 10_000]);
    let registry = Registry::with_logins(github.logins(), &Table::new().await);
    let message = registry.refused(PATH, &login()).await;
    let expected = "you are in more than 9999 organisations, and no more are read: publish for one from GitHub Actions with \
                    `berth login github-oidc`";
    assert_eq!(message, expected);
    assert_eq!(github.requests().await.len(), 101);
}

#[tokio::test]
async fn a_token_has_an_end() {
    let names: Vec<String> = (0..99).map(|number| format!("organisation-with-a-long-name-{number}")).collect();
    let all: Vec<_> =
        names.iter().enumerate().map(|(at, name)| (name.as_str(), at as u64 + 1, "active", "admin")).collect();
    let message = refused(|github| github.set_memberships(&all)).await;
    let expected = "you own so many namespaces that no token can name them all: publish for one from GitHub Actions with `berth \
                    login github-oidc`";
    assert_eq!(message, expected);
    // A third of them fits.
    let github = GitHubServer::new().await;
    github.set_memberships(&all[..33]);
    let claims = Registry::with_logins(github.logins(), &Table::new().await).granted(PATH, &login()).await;
    assert_eq!(claims.owns.len(), 34);
}

#[tokio::test]
async fn a_refusal_is_recorded() {
    let github = GitHubServer::new().await;
    let table = Table::new().await;
    let registry = Registry::with_logins(github.logins(), &table);
    github.answer_user(ResponseTemplate::new(403));
    let answer = registry.post_from("192.0.2.7", PATH, login().to_string()).await;
    let record: Value = serde_json::to_value(&table.trail().await[0]).unwrap();
    assert_eq!((&record["event"], &record["outcome"]), (&json!("login"), &json!("refused")));
    assert_eq!((&record["method"], &record["address"]), (&json!("github-at"), &json!("192.0.2.7")));
    assert_eq!(record["detail"], answer.refusal(PATH));
    assert_eq!((&record["identity"], &record["tokenId"]), (&Value::Null, &Value::Null));
}
