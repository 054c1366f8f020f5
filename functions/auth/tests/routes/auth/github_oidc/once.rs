//! A token of a run is used once.

use serde_json::json;

use super::PATH;
use crate::registry::Registry;
use crate::runner::Runner;
use crate::table::Table;

const USED: &str = "this identity token has been used already: let GitHub Actions make a fresh one for each login";

#[tokio::test]
async fn a_token_is_used_once() {
    let runner = Runner::new().await;
    let table = Table::new().await;
    // Two processes on one table.
    let (first, second) =
        (Registry::with_logins(runner.logins(), &table), Registry::with_logins(runner.logins(), &table));
    let login = runner.login(&json!({}));
    first.granted(PATH, &login).await;
    assert_eq!(first.refused(PATH, &login).await, USED);
    assert_eq!(second.refused("/v0.1/auth/github-oidc", &login).await, USED);
    // It is the same token by its id, whatever else it says.
    let claims = runner.claims();
    let (one, other) = (json!({"jti": claims["jti"]}), json!({"jti": claims["jti"], "actor": "somebody-else"}));
    first.granted(PATH, &runner.login(&one)).await;
    assert_eq!(second.refused(PATH, &runner.login(&other)).await, USED);
    let record = table.trail().await.remove(1);
    assert_eq!((record.detail.as_deref(), record.identity.as_deref()), (Some(USED), Some("github:65")));
}

#[tokio::test]
async fn a_token_without_an_id_is_used_once_as_well() {
    let runner = Runner::new().await;
    let registry = Registry::with_logins(runner.logins(), &Table::new().await);
    let login = runner.login(&json!({"jti": null}));
    registry.granted(PATH, &login).await;
    assert_eq!(registry.refused(PATH, &login).await, USED);
}

#[tokio::test]
async fn of_two_uses_at_once_one_is_granted() {
    let runner = Runner::new().await;
    let registry = Registry::with_logins(runner.logins(), &Table::new().await);
    let login = runner.login(&json!({})).to_string();
    let post = || registry.post(PATH, login.clone());
    let (a, b, c) = tokio::join!(post(), post(), post());
    let mut statuses = [a.status, b.status, c.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401, 401]);
}

/// What is refused for what it says does not use a token up, and is remembered until it is worth nothing.
#[tokio::test]
async fn a_used_token_is_forgotten_when_it_is_over() {
    let runner = Runner::new().await;
    let table = Table::new().await;
    let registry = Registry::with_logins(runner.logins(), &table);
    registry.refused(PATH, &runner.login(&json!({"event_name": "fork"}))).await;
    assert!(table.proofs().await.is_empty());
    let exp = runner.claims()["exp"].as_i64().unwrap() + 100;
    registry.granted(PATH, &runner.login(&json!({ "exp": exp }))).await;
    let [(_, until)] = table.proofs().await.try_into().unwrap();
    assert!((exp + 30..exp + 60).contains(&until), "{until} {exp}");
}
