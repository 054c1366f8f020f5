//! A limit on failures, for each place that requests come from.

use auth::Logins;
use serde_json::json;

use crate::github_server::{GitHubServer, login};
use crate::registry::{Answer, Registry};
use crate::table::Table;

const PATH: &str = "/v0/auth/github-at";

async fn fails(registry: &Registry, address: &str) -> Answer {
    registry.post_from(address, PATH, json!({"github_token": "ghp_wrong"}).to_string()).await
}

#[tokio::test]
async fn after_some_failures_nobody_is_asked_any_more() {
    let github = GitHubServer::new().await;
    let table = Table::new().await;
    let registry = Registry::with_logins(Logins { failed_per_hour: 3, ..github.logins() }, &table);
    for _ in 0..3 {
        assert_eq!(fails(&registry, "192.0.2.1").await.status, 401);
    }
    let (asked, records) = (github.requests().await.len(), table.trail().await.len());
    for path in [PATH, "/v0.1/auth/github-at", "/v0/auth/github-oidc"] {
        let body = if path.ends_with("at") { login() } else { json!({"oidc_token": "x"}) };
        let answer = registry.post_from("192.0.2.1", path, body.to_string()).await;
        let problem = answer.json();
        let message = problem["errors"][0]["message"].as_str().unwrap();
        assert_eq!((answer.status, &problem["detail"]), (429, &json!("Too many requests")));
        let seconds = answer.headers["retry-after"].to_str().unwrap();
        assert!((1..=3600).contains(&seconds.parse::<u32>().unwrap()), "{seconds}");
        let expected = format!("more than 3 failed logins per hour from 192.0.2.1: try again in {seconds} seconds");
        assert_eq!(message, expected);
    }
    assert_eq!((github.requests().await.len(), table.trail().await.len()), (asked, records));
    // Elsewhere nothing happened; and where nobody knows from where, nobody is held liable.
    assert_eq!(registry.post_from("192.0.2.2", PATH, login().to_string()).await.status, 200);
    assert_eq!(registry.post(PATH, login().to_string()).await.status, 200);
    // It counts for all processes.
    let second = Registry::with_logins(Logins { failed_per_hour: 3, ..github.logins() }, &table);
    assert_eq!(fails(&second, "192.0.2.1").await.status, 429);
}

#[tokio::test]
async fn what_succeeds_does_not_count() {
    let github = GitHubServer::new().await;
    let registry = Registry::with_logins(Logins { failed_per_hour: 1, ..github.logins() }, &Table::new().await);
    for _ in 0..3 {
        assert_eq!(registry.post_from("192.0.2.1", PATH, login().to_string()).await.status, 200);
    }
}

#[tokio::test]
async fn a_network_of_ipv6_is_one_place() {
    let github = GitHubServer::new().await;
    let registry = Registry::with_logins(Logins { failed_per_hour: 2, ..github.logins() }, &Table::new().await);
    for address in ["2001:db8:1:2::1", "2001:db8:1:2::2"] {
        assert_eq!(fails(&registry, address).await.status, 401);
    }
    assert_eq!(fails(&registry, "2001:db8:1:2:ffff::3").await.status, 429);
    assert_eq!(fails(&registry, "2001:db8:1:3::1").await.status, 401);
}

#[tokio::test]
async fn malformed_bodies_are_no_logins() {
    let github = GitHubServer::new().await;
    let table = Table::new().await;
    let registry = Registry::with_logins(Logins { failed_per_hour: 1, ..github.logins() }, &table);
    for _ in 0..3 {
        assert_eq!(registry.post_from("192.0.2.1", PATH, "{}").await.status, 422);
    }
    assert!(table.calls().is_empty());
}

#[tokio::test]
async fn zero_stands_for_no_limit() {
    let github = GitHubServer::new().await;
    let registry = Registry::with_logins(github.logins(), &Table::new().await);
    for _ in 0..5 {
        assert_eq!(fails(&registry, "192.0.2.1").await.status, 401);
    }
}
