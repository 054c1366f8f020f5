//! Several processes with one table.

use aws_sdk_dynamodb::types::AttributeValue;
use registry_oidc::{IssuerError, OidcError};

use crate::issuer::{TestIssuer, TestKey};
use crate::registry::{Registry, lasting};
use crate::table::Table;

#[tokio::test]
async fn what_one_process_fetched_serves_the_others() {
    let key = TestKey::ed25519("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let table = Table::new().await;
    let token = key.token(&lasting(&issuer));
    let first = table.serve(Registry::new(&issuer));
    assert!(first.verify(&token).await.is_ok());
    let mut second = table.serve(Registry::new(&issuer));
    assert!(second.verify(&token).await.is_ok());
    assert_eq!(issuer.requests(), 1);
    let item = table.item(&issuer.url()).await.unwrap();
    let ttl: i64 = item["ttl"].as_n().unwrap().parse().unwrap();
    assert_eq!(ttl, first.seconds() + 24 * 3600);
    // An hour later one of them asks, and the other finds what it got.
    let mut third = table.serve(Registry::new(&issuer));
    second.wait(3601);
    third.now = second.now;
    assert!(second.verify(&token).await.is_ok());
    assert!(third.verify(&token).await.is_ok());
    assert_eq!(issuer.requests(), 2);
}

#[tokio::test]
async fn the_cool_down_holds_for_all_processes() {
    let (old, new) = (TestKey::ed25519("old"), TestKey::ed25519("new"));
    let issuer = TestIssuer::start(&[&old]).await;
    let table = Table::new().await;
    let claims = lasting(&issuer);
    let mut first = table.serve(Registry::new(&issuer));
    assert!(first.verify(&old.token(&claims)).await.is_ok());
    issuer.set_keys(&[&old, &new]);
    let mut processes = Vec::new();
    for _ in 0..4 {
        let mut process = table.serve(Registry::new(&issuer));
        process.now = first.now;
        process.wait(30);
        let error = process.refusal(&new.token(&claims)).await;
        assert!(error.contains("less than a minute ago: try again in 30 seconds"), "{error}");
        processes.push(process);
    }
    assert_eq!(issuer.requests(), 1);
    // After it, one of them asks; the others take what it has got.
    for process in &mut processes {
        process.wait(31);
        assert!(process.verify(&new.token(&claims)).await.is_ok());
    }
    first.wait(62);
    assert!(first.verify(&new.token(&claims)).await.is_ok());
    assert_eq!(issuer.requests(), 2);
}

#[tokio::test]
async fn who_has_no_keys_does_not_wait_for_somebody_else() {
    let key = TestKey::ed25519("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let table = Table::new().await;
    let token = key.token(&lasting(&issuer));
    let first = table.serve(Registry::new(&issuer));
    assert!(first.verify(&token).await.is_ok());
    // As if a process had set out to ask and had not come back.
    let mut item = table.item(&issuer.url()).await.unwrap();
    item.remove("keys");
    item.remove("fetched_at");
    table.put(item).await;
    assert!(table.serve(Registry::new(&issuer)).verify(&token).await.is_ok());
    assert_eq!(issuer.requests(), 2);
}

#[tokio::test]
async fn while_somebody_else_asks_the_old_keys_are_good() {
    let (old, new) = (TestKey::ed25519("old"), TestKey::ed25519("new"));
    let issuer = TestIssuer::start(&[&old]).await;
    let table = Table::new().await;
    let claims = lasting(&issuer);
    let mut registry = table.serve(Registry::new(&issuer));
    assert!(registry.verify(&old.token(&claims)).await.is_ok());
    registry.wait(3600);
    let mut item = table.item(&issuer.url()).await.unwrap();
    let asked_at = registry.now.as_micros() - 1_000_000;
    item.insert("asked_at".to_owned(), AttributeValue::N(asked_at.to_string()));
    table.put(item.clone()).await;
    assert!(registry.verify(&old.token(&claims)).await.is_ok());
    assert!(matches!(registry.verify(&new.token(&claims)).await, Err(OidcError::CoolDown { seconds: 5, .. })));
    assert_eq!(issuer.requests(), 1);
    // It came back.
    let keys = serde_json::json!({"keys": [old.jwk(), new.jwk()]}).to_string();
    item.insert("keys".to_owned(), AttributeValue::S(keys));
    item.insert("fetched_at".to_owned(), AttributeValue::N(asked_at.to_string()));
    table.put(item).await;
    registry.wait(5);
    assert!(registry.verify(&new.token(&claims)).await.is_ok());
    assert_eq!(issuer.requests(), 1);
}

#[tokio::test]
async fn kept_keys_serve_a_process_that_starts_while_the_issuer_is_down() {
    let key = TestKey::ed25519("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let table = Table::new().await;
    let token = key.token(&lasting(&issuer));
    let first = table.serve(Registry::new(&issuer));
    assert!(first.verify(&token).await.is_ok());
    issuer.set_down(true);
    let mut late = table.serve(Registry::new(&issuer));
    late.now = first.now;
    late.wait(23 * 3600);
    assert!(late.verify(&token).await.is_ok());
    let mut too_late = table.serve(Registry::new(&issuer));
    too_late.now = first.now;
    too_late.wait(24 * 3600);
    assert!(matches!(too_late.verify(&token).await, Err(OidcError::Keys(IssuerError::Status { .. }))));
}

#[tokio::test]
async fn logins_go_on_without_the_table() {
    let (key, other) = (TestKey::ed25519("one"), TestKey::ed25519("other"));
    let issuer = TestIssuer::start(&[&key]).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let table = Table::at(&format!("http://{}", listener.local_addr().unwrap()));
    drop(listener);
    let mut registry = table.serve(Registry::new(&issuer));
    let claims = lasting(&issuer);
    assert!(registry.verify(&key.token(&claims)).await.is_ok());
    assert!(matches!(registry.verify(&other.token(&claims)).await, Err(OidcError::CoolDown { .. })));
    registry.wait(60);
    issuer.set_keys(&[&key, &other]);
    assert!(registry.verify(&other.token(&claims)).await.is_ok());
    assert_eq!(issuer.requests(), 2);
}

#[tokio::test]
async fn a_broken_item_is_fetched_anew() {
    let key = TestKey::ed25519("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let table = Table::new().await;
    let token = key.token(&lasting(&issuer));
    assert!(table.serve(Registry::new(&issuer)).verify(&token).await.is_ok());
    let good = table.item(&issuer.url()).await.unwrap();
    for (name, value) in [
        ("keys", AttributeValue::S("no keys".to_owned())),
        ("fetched_at", AttributeValue::N("9".repeat(30))),
        ("fetched_at", AttributeValue::S("now".to_owned())),
    ] {
        let mut item = good.clone();
        item.insert(name.to_owned(), value);
        table.put(item).await;
        let before = issuer.requests();
        assert!(table.serve(Registry::new(&issuer)).verify(&token).await.is_ok(), "{name}");
        assert_eq!(issuer.requests(), before + 1, "{name}");
    }
}
