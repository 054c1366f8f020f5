//! Who signed, and how.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use registry_oidc::{Algorithm, KeyProblem, OidcError};
use ring::hmac;
use serde_json::json;

use crate::issuer::{TestIssuer, TestKey};
use crate::registry::Registry;

#[tokio::test]
async fn a_good_token_is_believed() {
    let key = TestKey::rsa("one", 1);
    let issuer = TestIssuer::start(&[&key]).await;
    let registry = Registry::new(&issuer);
    let mut claims = issuer.claims();
    claims["repository_owner"] = "octo-org".into();
    let verified = registry.verify(&key.token(&claims)).await.unwrap();
    assert_eq!(verified.issuer().as_str(), issuer.url());
    assert_eq!(verified.subject(), "repo:octo-org/octo-repo:ref:refs/heads/main");
    assert_eq!(verified.id(), Some("5c61e4de"));
    assert_eq!(verified.expires_at(), claims["exp"].as_i64().unwrap());
    assert_eq!(verified.text("repository_owner"), Some("octo-org"));
    assert_eq!(verified.claims(), claims.as_object().unwrap());
    assert_eq!(verified.proof(), format!("oidc {} jti:5c61e4de", issuer.url()));
    assert_eq!(verified.worthless_at().as_micros(), (verified.expires_at() + 30) * 1_000_000);
}

#[tokio::test]
async fn every_algorithm_of_every_kind_of_key() {
    let (rsa, p256, p384, ed) =
        (TestKey::rsa("rsa", 2), TestKey::es256("p256"), TestKey::es384("p384"), TestKey::ed25519("ed"));
    let issuer = TestIssuer::start(&[&rsa, &p256, &p384, &ed]).await;
    let registry = Registry::new(&issuer);
    let claims = issuer.claims();
    let signed =
        [(&rsa, "RS256"), (&rsa, "RS384"), (&rsa, "RS512"), (&p256, "ES256"), (&p384, "ES384"), (&ed, "EdDSA")];
    for (key, alg) in signed {
        let token = key.sign(alg, &claims);
        assert!(registry.verify(&token).await.is_ok(), "{alg}");
        // Another payload under the same signature.
        let (start, signature) = token.rsplit_once('.').unwrap();
        let (header, _) = start.split_once('.').unwrap();
        let mut forged = claims.clone();
        forged["sub"] = "somebody else".into();
        let forged = format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(forged.to_string()));
        let error = registry.verify(&forged).await.unwrap_err();
        assert_eq!(error, OidcError::Signature { issuer: issuer.url() }, "{alg}");
    }
    // The header names another algorithm than the one that signed.
    let error = registry.verify(&p256.sign("ES384", &claims)).await.unwrap_err();
    assert!(
        matches!(&error, OidcError::Algorithm { algorithm, accepted } if algorithm == "ES384" && accepted == "ES256")
    );
    assert_eq!(issuer.requests(), 1);
}

#[tokio::test]
async fn another_key_with_the_same_id_does_not_do() {
    let issuer = TestIssuer::start(&[&TestKey::rsa("one", 1)]).await;
    let token = TestKey::rsa("one", 2).token(&issuer.claims());
    let error = Registry::new(&issuer).refusal(&token).await;
    assert_eq!(
        error,
        format!(
            "the signature of the identity token is not that of the issuer {}: send the token as the issuer gave it",
            issuer.url()
        )
    );
}

#[tokio::test]
async fn the_public_key_is_no_shared_secret() {
    let key = TestKey::rsa("one", 1);
    let issuer = TestIssuer::start(&[&key]).await;
    let registry = Registry::new(&issuer);
    let jwk = key.jwk();
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    for secret in [jwk.to_string().into_bytes(), URL_SAFE_NO_PAD.decode(jwk["n"].as_str().unwrap()).unwrap()] {
        let message = format!("{}.{}", part(json!({"alg": "HS256", "kid": "one"})), part(issuer.claims()));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), message.as_bytes());
        let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag));
        let error = registry.refusal(&token).await;
        assert!(error.contains("signed with HS256, which is not accepted here"), "{error}");
        // The same bytes under the name of the right algorithm are no signature either.
        let (_, rest) = token.split_once('.').unwrap();
        let renamed = format!("{}.{rest}", part(json!({"alg": "RS256", "kid": "one"})));
        assert!(matches!(registry.verify(&renamed).await, Err(OidcError::Signature { .. })));
    }
    for alg in ["none", "None", "NONE"] {
        let unsigned = format!("{}.{}.", part(json!({"alg": alg, "kid": "one"})), part(issuer.claims()));
        let error = registry.refusal(&unsigned).await;
        assert!(error.contains(&format!("signed with {alg}, which is not accepted here")), "{error}");
    }
}

#[tokio::test]
async fn the_operator_may_accept_fewer_algorithms() {
    let key = TestKey::rsa("one", 1);
    let issuer = TestIssuer::start(&[&key]).await;
    let mut registry = Registry::new(&issuer);
    registry.trusted = registry.trusted.with_algorithms([Algorithm::Rs256]);
    assert!(registry.verify(&key.token(&issuer.claims())).await.is_ok());
    let error = registry.refusal(&key.sign("RS512", &issuer.claims())).await;
    assert!(error.contains("signed with RS512") && error.ends_with("one of RS256"), "{error}");
}

#[tokio::test]
async fn a_key_says_what_it_is_for() {
    let key = TestKey::rsa("one", 1);
    let issuer = TestIssuer::start(&[&key]).await;
    let token = key.token(&issuer.claims());
    for (name, value) in [("use", "enc"), ("alg", "RS384"), ("kty", "oct")] {
        let mut jwk = key.jwk();
        jwk[name] = value.into();
        *issuer.answers().keys.lock().unwrap() = vec![jwk];
        let error = Registry::new(&issuer).verify(&token).await.unwrap_err();
        match name {
            "use" => assert!(matches!(error, OidcError::Key { problem: KeyProblem::Use, .. }), "{error}"),
            "alg" => assert!(matches!(error, OidcError::Algorithm { .. }), "{error}"),
            _ => assert!(matches!(error, OidcError::Key { problem: KeyProblem::Kind(_), .. }), "{error}"),
        }
    }
}

#[tokio::test]
async fn a_short_key_is_refused() {
    let key = TestKey::rsa("one", 1);
    let issuer = TestIssuer::start(&[&key]).await;
    let mut jwk = key.jwk();
    jwk["n"] = URL_SAFE_NO_PAD.encode([0xc5; 128]).into();
    *issuer.answers().keys.lock().unwrap() = vec![jwk];
    let error = Registry::new(&issuer).refusal(&key.token(&issuer.claims())).await;
    assert!(error.contains("cannot be used: its modulus has 1024 bits, 2048 to 8192 are accepted"), "{error}");
}

#[tokio::test]
async fn a_token_without_key_id_needs_an_issuer_with_one_key() {
    let key = TestKey::rsa("", 1).without_id();
    let issuer = TestIssuer::start(&[&key]).await;
    let token = key.token(&issuer.claims());
    assert!(Registry::new(&issuer).verify(&token).await.is_ok());
    issuer.set_keys(&[&key, &TestKey::rsa("two", 2)]);
    let error = Registry::new(&issuer).refusal(&token).await;
    assert!(error.contains("does not say which key signed it (`kid`)") && error.contains("has 2 keys"), "{error}");
}

#[tokio::test]
async fn critical_extensions_are_refused() {
    let key = TestKey::rsa("one", 1);
    let issuer = TestIssuer::start(&[&key]).await;
    let token = key.token(&issuer.claims());
    let (_, rest) = token.split_once('.').unwrap();
    let header = json!({"alg": "RS256", "kid": "one", "crit": ["b64"], "b64": false}).to_string();
    let error = Registry::new(&issuer).verify(&format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header))).await;
    assert_eq!(error.unwrap_err(), OidcError::Critical);
    assert_eq!(issuer.requests(), 0);
}
