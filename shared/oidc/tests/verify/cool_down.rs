//! How often an issuer is asked, and what happens while it does not answer. Keys are in memory alone here.

use registry_oidc::{IssuerError, OidcError};

use crate::issuer::{TestIssuer, TestKey};
use crate::registry::{Registry, lasting};

#[tokio::test]
async fn a_new_key_is_found_after_the_cool_down() {
    let (old, new) = (TestKey::rsa("old", 1), TestKey::rsa("new", 2));
    let issuer = TestIssuer::start(&[&old]).await;
    let mut registry = Registry::new(&issuer);
    let claims = lasting(&issuer);
    assert!(registry.verify(&old.token(&claims)).await.is_ok());
    issuer.set_keys(&[&new]);
    registry.wait(20);
    let error = registry.refusal(&new.token(&claims)).await;
    assert_eq!(
        error,
        format!(
            "the issuer {} had no key \"new\" when its keys were last asked for, less than a minute ago: try again in 40 \
             seconds",
            issuer.url()
        )
    );
    assert_eq!(issuer.requests(), 1);
    assert!(registry.verify(&old.token(&claims)).await.is_ok());
    registry.wait(40);
    assert!(registry.verify(&new.token(&claims)).await.is_ok());
    assert_eq!(issuer.requests(), 2);
    // The old one has been taken away, and its tokens with it.
    assert!(matches!(registry.verify(&old.token(&claims)).await, Err(OidcError::CoolDown { seconds: 60, .. })));
    registry.wait(60);
    let error = registry.refusal(&old.token(&claims)).await;
    assert!(error.contains("has no key \"old\", as its keys of this moment say: get a fresh token"), "{error}");
    assert_eq!(issuer.requests(), 3);
}

#[tokio::test]
async fn made_up_key_ids_do_not_make_it_ask() {
    let key = TestKey::ed25519("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let mut registry = Registry::new(&issuer);
    let claims = lasting(&issuer);
    for n in 0..120 {
        let made_up = TestKey::ed25519(&format!("made up {n}"));
        assert!(registry.verify(&made_up.token(&claims)).await.is_err());
        registry.wait(1);
    }
    assert_eq!(issuer.requests(), 2);
}

#[tokio::test]
async fn keys_are_asked_for_anew_after_an_hour() {
    let key = TestKey::ed25519("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let mut registry = Registry::new(&issuer);
    let token = key.token(&lasting(&issuer));
    for (seconds, requests) in [(0, 1), (3599, 1), (1, 2), (3599, 2), (1, 3)] {
        registry.wait(seconds);
        assert!(registry.verify(&token).await.is_ok());
        assert_eq!(issuer.requests(), requests);
    }
    issuer.set_keys(&[&TestKey::ed25519("two")]);
    registry.wait(3600);
    assert!(matches!(registry.verify(&token).await, Err(OidcError::UnknownKey { .. })));
}

#[tokio::test]
async fn kept_keys_bridge_a_day_without_the_issuer() {
    let key = TestKey::ed25519("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let mut registry = Registry::new(&issuer);
    let claims = lasting(&issuer);
    let token = key.token(&claims);
    assert!(registry.verify(&token).await.is_ok());
    issuer.set_down(true);
    registry.wait(3600);
    assert!(registry.verify(&token).await.is_ok());
    assert!(registry.verify(&token).await.is_ok());
    assert_eq!(issuer.requests(), 2);
    // Another key may well be a good one: it is the issuer's fault that nobody knows.
    let other = TestKey::ed25519("other").token(&claims);
    assert!(matches!(registry.verify(&other).await, Err(OidcError::Keys(IssuerError::Status { status: 503, .. }))));
    registry.wait(23 * 3600 - 1);
    assert!(registry.verify(&token).await.is_ok());
    assert_eq!(issuer.requests(), 3);
    registry.wait(60);
    let error = registry.refusal(&token).await;
    let url = issuer.url();
    assert_eq!(
        error,
        format!(
            "the issuer {url} answered 503 at {url}/.well-known/openid-configuration, 200 expected: try again in a few \
             minutes"
        )
    );
    issuer.set_down(false);
    registry.wait(10);
    assert!(registry.verify(&token).await.is_ok());
}

#[tokio::test]
async fn without_keys_the_issuer_is_asked_again_soon() {
    let key = TestKey::ed25519("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let mut registry = Registry::new(&issuer);
    let token = key.token(&lasting(&issuer));
    issuer.set_down(true);
    for (seconds, requests) in [(0, 1), (9, 1), (1, 2)] {
        registry.wait(seconds);
        assert!(matches!(registry.verify(&token).await, Err(OidcError::Keys(_))));
        assert_eq!(issuer.requests(), requests);
    }
    issuer.set_down(false);
    registry.wait(10);
    assert!(registry.verify(&token).await.is_ok());
}

#[tokio::test]
async fn an_issuer_that_is_not_there_is_named() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let issuer = TestIssuer::start(&[]).await;
    let mut claims = issuer.claims();
    claims["iss"] = url.as_str().into();
    let error = Registry::trusting(&url).refusal(&TestKey::ed25519("one").token(&claims)).await;
    let start = format!("the issuer {url} cannot be reached at {url}/.well-known/openid-configuration: ");
    assert!(error.starts_with(&start) && error.ends_with(": try again in a few minutes"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn requests_of_one_moment_share_one_fetch() {
    let key = TestKey::ed25519("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let registry = std::sync::Arc::new(Registry::new(&issuer));
    let token = key.token(&issuer.claims());
    let tasks: Vec<_> = (0..32)
        .map(|_| {
            let (registry, token) = (std::sync::Arc::clone(&registry), token.clone());
            tokio::spawn(async move { registry.verify(&token).await.map(drop) })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(issuer.requests(), 1);
}
