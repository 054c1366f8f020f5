//! `GET /.well-known/jwks.json`

use registry_auth::VerifyingKeys;
use registry_auth::{AuthMethod, TokenError};
use serde_json::json;

use crate::registry::Registry;

#[tokio::test]
async fn the_public_keys_are_there_for_everybody() {
    let registry = Registry::alone(false).await;
    let answer = registry.get("/.well-known/jwks.json").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(answer.headers["cache-control"], "public, max-age=300, s-maxage=3600, stale-if-error=86400");
    assert!(answer.headers.contains_key("etag"));
    // RFC 8037, appendix A.
    let key = json!({
        "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
    });
    assert_eq!(answer.json(), json!({"keys": [key]}));
    assert_eq!(registry.post("/.well-known/jwks.json", "").await.status, 404);
    assert_eq!(registry.get("/v0/.well-known/jwks.json").await.status, 404);
}

/// Whoever has the document alone can check tokens.
#[tokio::test]
async fn the_document_verifies_tokens() {
    let registry = Registry::alone(true).await;
    let document = String::from_utf8(registry.get("/.well-known/jwks.json").await.body.to_vec()).unwrap();
    let keys: VerifyingKeys = document.parse().unwrap();
    let answer = registry.post("/v0/auth/none", "").await.json();
    let token = answer["registry_token"].as_str().unwrap();
    let now = ::registry::time::Timestamp::now();
    assert_eq!(keys.verify(token, now).unwrap().auth_method, AuthMethod::None);
    let later = ::registry::time::Timestamp::from_micros(now.as_micros() + 301_000_000).unwrap();
    assert_eq!(keys.verify(token, later), Err(TokenError::Expired));
}
