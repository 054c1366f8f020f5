//! What is nobody's fault here.

use std::time::Duration;

use auth::Logins;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::{PATH, refused};
use crate::github_server::{GitHubServer, client, login};
use crate::registry::Registry;
use crate::table::Table;

const STATUS: &str = "try again in a few minutes, see https://www.githubstatus.com";
const USER: &str = "GitHub's answer at /user is not a user with `login` and `id`: try again in a few minutes, then tell the \
    operator of this registry";
const PAGE: &str = "GitHub's answer at /user/memberships/orgs is not a page of at most 100 memberships with `state`, `role` and \
    `organization`: try again in a few minutes, then tell the operator of this registry";

async fn at_user(answer: ResponseTemplate) -> String {
    refused(|github| github.answer_user(answer)).await
}

async fn at_memberships(answer: ResponseTemplate) -> String {
    refused(|github| github.answer_memberships(answer)).await
}

fn body(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

#[tokio::test]
async fn github_is_down() {
    for status in [500, 502, 503, 504] {
        let answer = ResponseTemplate::new(status);
        assert_eq!(at_user(answer.clone()).await, format!("GitHub answered {status} at /user: {STATUS}"));
        let message = at_memberships(answer).await;
        assert_eq!(message, format!("GitHub answered {status} at /user/memberships/orgs: {STATUS}"));
    }
}

#[tokio::test]
async fn github_does_not_answer() {
    let late = ResponseTemplate::new(200).set_delay(Duration::from_secs(60));
    let message = format!("GitHub did not answer within 8 seconds: {STATUS}");
    let (user, memberships) = tokio::join!(at_user(late.clone()), at_memberships(late));
    assert_eq!((user, memberships), (message.clone(), message));

    let logins = Logins { github: Some(client("http://127.0.0.1:9")), ..Logins::none() };
    let registry = Registry::with_logins(logins, &Table::new().await);
    let message = registry.refused(PATH, &login()).await;
    assert_eq!(message, format!("GitHub cannot be reached: {STATUS}"));
}

#[tokio::test]
async fn answers_that_are_none() {
    for answer in [
        json!({}),
        json!([]),
        json!({"login": "octocat"}),
        json!({"login": "octocat", "id": "583231"}),
        json!({"login": "octocat", "id": -1}),
        json!({"login": "octocat", "id": 0}),
        json!({"login": null, "id": 1}),
    ] {
        assert_eq!(at_user(body(&answer)).await, USER, "{answer}");
    }
    let organisation = json!({"login": "acme", "id": 1});
    let whole = json!({"state": "active", "role": "admin", "organization": organisation});
    for answer in [
        json!({}),
        json!([1]),
        json!([{"state": "active", "role": "admin"}]),
        json!([{"state": "active", "organization": organisation}]),
        json!([{"state": "active", "role": "admin", "organization": {"login": "acme"}}]),
        json!(vec![&whole; 101]),
    ] {
        assert_eq!(at_memberships(body(&answer)).await, PAGE);
    }
    assert_eq!(at_user(ResponseTemplate::new(200).set_body_string("<html>")).await, USER);
    assert_eq!(at_user(ResponseTemplate::new(200).set_body_string(" ".repeat(64 * 1024 + 1))).await, USER);
    assert_eq!(at_memberships(ResponseTemplate::new(200).set_body_string(" ".repeat(2 * 1024 * 1024 + 1))).await, PAGE);
}

/// A token is sent nowhere but to the configured address.
#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = GitHubServer::new().await;
    let location = format!("{}api/v3/user", elsewhere.web());
    for status in [301, 302, 307, 308] {
        let message = at_user(ResponseTemplate::new(status).insert_header("location", location.as_str())).await;
        let expected = format!(
            "GitHub answered {status} at /user, 200 expected: the operator of this registry has to check BERTH_GITHUB_API_URL"
        );
        assert_eq!(message, expected);
    }
    assert!(elsewhere.requests().await.is_empty());
}

#[tokio::test]
async fn an_outage_is_nobodys_failure() {
    let github = GitHubServer::new().await;
    let table = Table::new().await;
    let registry = Registry::with_logins(Logins { failed_per_hour: 1, ..github.logins() }, &table);
    github.answer_user(ResponseTemplate::new(502));
    for _ in 0..3 {
        assert_eq!(registry.post_from("192.0.2.1", PATH, login().to_string()).await.status, 401);
    }
    assert_eq!(table.trail().await.len(), 3);
}

#[tokio::test]
async fn without_a_table_nobody_gets_a_token() {
    let github = GitHubServer::new().await;
    let registry = Registry::with_logins(github.logins(), &Table::at("http://127.0.0.1:9"));
    let answer = registry.post(PATH, login().to_string()).await;
    assert_eq!((answer.status, answer.headers["retry-after"].to_str().unwrap()), (503, "5"));
    // A refusal needs no table: only its record is lost.
    github.answer_user(ResponseTemplate::new(502));
    let message = registry.refused(PATH, &login()).await;
    assert_eq!(message, format!("GitHub answered 502 at /user: {STATUS}"));
}
