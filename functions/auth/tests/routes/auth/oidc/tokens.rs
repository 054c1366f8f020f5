//! Which tokens are believed.

use serde_json::json;

use super::{Company, PATH, registry};
use crate::issuer::TestKey;

#[tokio::test]
async fn issuers_that_nobody_named_are_refused() {
    let (company, stranger) = (Company::new("key").await, Company::new("key").await);
    let registry = registry(&[company.entry("corp", &json!({}), &json!([{"edit": ["*"]}]))]).await;
    let message = registry.refused(PATH, &stranger.login(&json!({}))).await;
    let (other, ours) = (stranger.issuer.url(), company.issuer.url());
    let expected = format!(
        "the identity token is from the issuer {other}, this registry accepts tokens of {ours}: get one from there"
    );
    assert_eq!(message, expected);
    assert_eq!(stranger.issuer.requests(), 0);
}

#[tokio::test]
async fn tokens_for_others_are_refused() {
    let company = Company::new("key").await;
    let registry = registry(&[company.entry("corp", &json!({}), &json!([{"edit": ["*"]}]))]).await;
    let message = registry.refused(PATH, &company.login(&json!({"aud": ["a", "b"]}))).await;
    let expected = "the identity token is made for the audience \"a\", \"b\", the audience of this registry is \
                    \"https://registry.example.com\": ask the issuer for a token with that audience";
    assert_eq!(message, expected);
    registry.granted(PATH, &company.login(&json!({"aud": ["a", "https://registry.example.com"]}))).await;
}

#[tokio::test]
async fn all_usual_signatures_are_read() {
    let keys = [TestKey::rsa("r", 1), TestKey::es256("p256"), TestKey::es384("p384"), TestKey::ed25519("ed")];
    let company = Company::new("key").await;
    company.issuer.set_keys(&keys.iter().collect::<Vec<_>>());
    let registry = registry(&[company.entry("corp", &json!({}), &json!([{"edit": ["*"]}]))]).await;
    for key in &keys {
        registry.granted(PATH, &json!({"oidc_token": key.token(&company.issuer.claims())})).await;
    }
}
