//! When a token counts, for whom, and about whom.

use registry_oidc::OidcError;
use serde_json::{Value, json};

use crate::issuer::{TestIssuer, TestKey};
use crate::registry::Registry;

struct Case {
    key: TestKey,
    issuer: TestIssuer,
    registry: Registry,
}

impl Case {
    async fn new() -> Self {
        let key = TestKey::es256("one");
        let issuer = TestIssuer::start(&[&key]).await;
        let registry = Registry::new(&issuer);
        Self { key, issuer, registry }
    }

    /// The answer to a token with one claim changed, or taken away.
    async fn with(&self, claim: &str, value: impl Into<Option<Value>>) -> Result<(), OidcError> {
        let mut claims = self.issuer.claims();
        match value.into() {
            Some(value) => claims[claim] = value,
            None => drop(claims.as_object_mut().unwrap().remove(claim)),
        }
        self.registry.verify(&self.key.token(&claims)).await.map(drop)
    }
}

#[tokio::test]
async fn clocks_may_differ_by_half_a_minute() {
    let mut case = Case::new().await;
    let now = case.registry.seconds();
    case.registry.now = registry::time::Timestamp::from_micros(now * 1_000_000).unwrap();
    for (claim, inside, outside) in [("exp", -29, -30), ("nbf", 30, 31), ("iat", 30, 31)] {
        assert_eq!(case.with(claim, json!(now + inside)).await, Ok(()), "{claim}");
        assert_eq!(case.with(claim, json!((now + inside) as f64)).await, Ok(()), "{claim}");
        let error = case.with(claim, json!(now + outside)).await.unwrap_err();
        match claim {
            "exp" => assert_eq!(error, OidcError::Expired { seconds: 30 }),
            _ => {
                assert_eq!(error, OidcError::NotYet { claim, seconds: 31 });
            }
        }
    }
    let error = case.with("exp", json!(now - 7200)).await.unwrap_err().to_string();
    assert_eq!(
        error,
        "the identity token ended 2 hours ago: get a fresh one right before publishing, and check the clock of the runner"
    );
    let error = case.with("nbf", json!(now + 600)).await.unwrap_err().to_string();
    assert!(error.contains("is not valid before 10 minutes from now (its claim nbf): check the clock"), "{error}");
}

#[tokio::test]
async fn a_token_has_an_end() {
    let case = Case::new().await;
    for value in [None, Some(json!("soon")), Some(json!(null)), Some(json!(i64::MAX)), Some(json!(1e300))] {
        let error = case.with("exp", value.clone()).await.unwrap_err();
        assert!(matches!(error, OidcError::Claim { claim: "exp", .. }), "{value:?}: {error}");
    }
    assert!(matches!(case.with("exp", json!(-1e300)).await, Err(OidcError::Expired { .. })));
    assert!(matches!(case.with("nbf", json!(1e300)).await, Err(OidcError::NotYet { .. })));
    assert!(matches!(case.with("iat", json!("now")).await, Err(OidcError::Claim { claim: "iat", .. })));
    for optional in ["nbf", "iat", "jti"] {
        assert_eq!(case.with(optional, None).await, Ok(()), "{optional}");
    }
}

#[tokio::test]
async fn the_audience_is_this_registry_and_no_other() {
    let case = Case::new().await;
    for audience in [json!("https://registry.example.com"), json!(["x", "https://registry.example.com"])] {
        assert_eq!(case.with("aud", audience).await, Ok(()));
    }
    for (audience, found) in [
        (json!("https://registry.example.com/"), "the audience \"https://registry.example.com/\""),
        (json!("https://Registry.example.com"), "the audience \"https://Registry.example.com\""),
        (json!(["https://registry.example.comx", "b"]), "the audience \"https://registry.example.comx\", \"b\""),
        (json!([["https://registry.example.com"]]), "no audience (`aud`)"),
        (json!({"https://registry.example.com": true}), "no audience (`aud`)"),
        (json!([]), "no audience (`aud`)"),
    ] {
        let error = case.with("aud", audience).await.unwrap_err().to_string();
        let expected = format!(
            "the identity token is made for {found}, the audience of this registry is \"https://registry.example.com\": \
             ask the issuer for a token with that audience"
        );
        assert_eq!(error, expected);
    }
    assert!(matches!(case.with("aud", None).await, Err(OidcError::Audience { .. })));
}

#[tokio::test]
async fn the_issuer_is_compared_exactly() {
    let case = Case::new().await;
    let url = case.issuer.url();
    for other in [format!("{url}/"), url.replace("http", "HTTP"), url.replace("127.0.0.1", "localhost")] {
        let error = case.with("iss", json!(other)).await.unwrap_err().to_string();
        let expected = format!("is from the issuer {other}, this registry accepts tokens of {url}: get one from there");
        assert!(error.ends_with(&expected), "{error}");
    }
    let error = case.with("iss", None).await.unwrap_err().to_string();
    assert!(error.contains("does not name its issuer (`iss`)"), "{error}");
    assert_eq!(case.issuer.requests(), 0);
}

#[tokio::test]
async fn a_subject_is_a_text() {
    let case = Case::new().await;
    assert_eq!(case.with("sub", json!("é".repeat(512))).await, Ok(()));
    for value in [None, Some(json!("")), Some(json!(1)), Some(json!("a\nb")), Some(json!("x".repeat(1025)))] {
        assert!(matches!(case.with("sub", value).await, Err(OidcError::Claim { claim: "sub", .. })));
    }
}

#[tokio::test]
async fn a_proof_stands_for_one_token() {
    let case = Case::new().await;
    let mut claims = case.issuer.claims();
    let mut proofs = Vec::new();
    for jti in [json!("a"), json!("b"), json!(""), json!(7)] {
        claims["jti"] = jti;
        // ECDSA signs the same text in another way each time.
        let [one, two] = [case.key.token(&claims), case.key.token(&claims)];
        assert_ne!(one, two);
        let [one, two] = [case.registry.verify(&one).await.unwrap(), case.registry.verify(&two).await.unwrap()];
        assert_eq!(one.proof(), two.proof());
        proofs.push(one.proof().to_owned());
    }
    proofs.sort();
    proofs.dedup();
    assert_eq!(proofs.len(), 4);
}
