//! Who people are.

use auth::Logins;
use registry_auth::{Action, AuthMethod};
use serde_json::json;

use super::{Company, PATH, logins, registry};
use crate::registry::{Registry, documented_paths};
use crate::table::Table;

#[tokio::test]
async fn it_is_there_where_issuers_are() {
    let path = &"/v0/auth/oidc".to_owned();
    let registry = Registry::with_logins(Logins::none(), &Table::new().await);
    assert_eq!(registry.post(PATH, "{}").await.status, 404);
    assert_eq!(registry.post("/v0.1/auth/oidc", "{}").await.status, 404);
    assert!(!documented_paths(Logins::none()).await.contains(path));
    let company = Company::new("key").await;
    let logins = logins(&[company.entry("corp", &json!({}), &json!([{"edit": ["*"]}]))]);
    assert!(documented_paths(logins).await.contains(path));
    assert!(super::logins(&[]).oidc.is_none());
}

#[tokio::test]
async fn the_token_says_which_issuer_knows_somebody() {
    let (first, second) = (Company::new("first").await, Company::new("second").await);
    let registry = registry(&[
        first.entry("first", &json!({}), &json!([{"publish": ["com.first/*"]}])),
        second.entry("second", &json!({}), &json!([{"publish": ["com.second/*"], "edit": ["com.second/*"]}])),
    ])
    .await;
    let alice = registry.granted(PATH, &first.login(&json!({}))).await;
    assert_eq!((alice.auth_method, alice.auth_method_sub.as_str()), (AuthMethod::Oidc, "alice"));
    assert_eq!(alice.sub.as_ref().unwrap().as_str(), "oidc:first:alice");
    assert_eq!((alice.patterns(Action::Publish), alice.patterns(Action::Edit)), (vec!["com.first/*"], vec![]));
    assert!(alice.owns.is_empty());
    let other = registry.granted("/v0.1/auth/oidc", &second.login(&json!({}))).await;
    assert_eq!(other.sub.as_ref().unwrap().as_str(), "oidc:second:alice");
    assert_eq!(
        (other.patterns(Action::Publish), other.patterns(Action::Edit)),
        (vec!["com.second/*"], vec!["com.second/*"])
    );
    // Of the key of one, the other knows nothing.
    let mut claims = second.issuer.claims();
    claims["iss"] = first.issuer.url().into();
    let message = registry.refused(PATH, &json!({"oidc_token": second.key.token(&claims)})).await;
    let expected = format!("the issuer {} had no key \"second\" when its keys were last asked for", first.issuer.url());
    assert!(message.starts_with(&expected), "{message}");
}

/// A mail address can change hands, and says who somebody is: it is not a name here.
#[tokio::test]
async fn people_are_called_by_their_subject() {
    let company = Company::new("key").await;
    let registry = registry(&[company.entry("corp", &json!({}), &json!([{"edit": ["*"]}]))]).await;
    let login =
        company.login(&json!({"sub": "110169484474386276334", "email": "alice@example.com", "email_verified": true}));
    let claims = registry.granted(PATH, &login).await;
    assert_eq!(claims.auth_method_sub, "110169484474386276334");
    assert_eq!(claims.sub.unwrap().as_str(), "oidc:corp:110169484474386276334");
}

#[tokio::test]
async fn subjects_that_are_no_names_are_refused() {
    let company = Company::new("key").await;
    let registry = registry(&[company.entry("corp", &json!({}), &json!([{"edit": ["*"]}]))]).await;
    for subject in ["al ice", "alicé", "аlice", &"a".repeat(400)] {
        let message = registry.refused(PATH, &company.login(&json!({ "sub": subject }))).await;
        let expected = "the identity token's subject (`sub`) has characters that no identity can have, or is too long: ask the \
                        operator of this registry for an issuer whose subjects are of at most 300 visible ASCII characters";
        assert_eq!(message, expected, "{subject}");
    }
    for subject in [json!(""), json!(7), json!("a\u{7}b")] {
        let message = registry.refused(PATH, &company.login(&json!({ "sub": subject }))).await;
        assert!(message.starts_with("the identity token has no valid claim sub: "), "{message}");
    }
}

/// Some systems give a job one token and no more.
#[tokio::test]
async fn a_token_may_be_used_again() {
    let company = Company::new("key").await;
    let registry = registry(&[company.entry("corp", &json!({}), &json!([{"edit": ["*"]}]))]).await;
    let login = company.login(&json!({}));
    registry.granted(PATH, &login).await;
    assert!(registry.granted(PATH, &login).await.is_administrator());
}
