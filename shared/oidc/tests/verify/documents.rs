//! What an issuer says about itself.

use registry_oidc::{IssuerError, OidcError};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::issuer::{TestIssuer, TestKey};
use crate::registry::Registry;

struct Case {
    issuer: TestIssuer,
    token: String,
}

impl Case {
    async fn new() -> Self {
        let key = TestKey::ed25519("one");
        let issuer = TestIssuer::start(&[&key]).await;
        let token = key.token(&issuer.claims());
        Self { issuer, token }
    }

    /// The answer of a process that knows no keys yet.
    async fn error(&self) -> IssuerError {
        match Registry::new(&self.issuer).verify(&self.token).await {
            Err(OidcError::Keys(error)) => error,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn an_issuer_calls_itself_by_its_name() {
    let case = Case::new().await;
    let url = case.issuer.url();
    let keys = format!("{url}/keys");
    for other in [format!("{url}/"), "https://other.example".to_owned()] {
        *case.issuer.answers().configuration.lock().unwrap() = Some(json!({"issuer": other, "jwks_uri": keys}));
        let error = case.error().await;
        assert!(error.to_string().contains(&format!("calls itself {other:?} at {url}")), "{error}");
        assert!(matches!(error, IssuerError::OtherIssuer { found, .. } if found == other));
    }
}

#[tokio::test]
async fn keys_lie_where_nobody_can_change_them() {
    let case = Case::new().await;
    let url = case.issuer.url();
    for keys in ["http://keys.example/set", "file:///etc/passwd", "/keys", "", "https://me:pw@keys.example/set"] {
        *case.issuer.answers().configuration.lock().unwrap() = Some(json!({"issuer": url, "jwks_uri": keys}));
        let error = case.error().await;
        assert_eq!(error, IssuerError::KeysUrl { issuer: url.clone(), found: keys.to_owned() });
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let case = Case::new().await;
    let url = case.issuer.url();
    let redirect = |status| ResponseTemplate::new(status).insert_header("location", format!("{url}/keys"));
    for status in [301, 302, 303, 307, 308] {
        *case.issuer.answers().instead.lock().unwrap() = Some(redirect(status));
        let error = case.error().await;
        assert!(matches!(error, IssuerError::Redirect { status: got, .. } if got == status), "{error}");
        *case.issuer.answers().instead.lock().unwrap() = None;
        *case.issuer.answers().keys_instead.lock().unwrap() = Some(redirect(status));
        let error = case.error().await;
        assert!(error.to_string().contains(&format!("answered {status} at {url}/keys: redirects are not")), "{error}");
    }
}

#[tokio::test]
async fn answers_have_an_end() {
    let case = Case::new().await;
    let body = |length| ResponseTemplate::new(200).set_body_bytes(vec![b' '; length]);
    *case.issuer.answers().instead.lock().unwrap() = Some(body(64 * 1024 + 1));
    assert!(matches!(case.error().await, IssuerError::TooLarge { max: 65_536, .. }));
    *case.issuer.answers().instead.lock().unwrap() = None;
    *case.issuer.answers().keys_instead.lock().unwrap() = Some(body(128 * 1024 + 1));
    let error = case.error().await;
    assert!(error.to_string().contains("answered more than 131072 bytes at"), "{error}");
}

#[tokio::test]
async fn answers_that_say_nothing() {
    let case = Case::new().await;
    let answers = case.issuer.answers();
    for configuration in
        [json!([]), json!({}), json!({"issuer": case.issuer.url()}), json!({"issuer": 1, "jwks_uri": 2})]
    {
        *answers.configuration.lock().unwrap() = Some(configuration);
        assert!(matches!(case.error().await, IssuerError::Malformed { .. }));
    }
    *answers.configuration.lock().unwrap() = None;
    for keys in ["", "<html>", "{}", r#"{"keys":[]}"#, "\u{feff}{}"] {
        *answers.keys_instead.lock().unwrap() = Some(ResponseTemplate::new(200).set_body_string(keys));
        let error = case.error().await.to_string();
        assert!(error.contains("did not answer a JWK set with keys at"), "{error}");
    }
    *answers.keys_instead.lock().unwrap() = Some(ResponseTemplate::new(404));
    assert!(matches!(case.error().await, IssuerError::Status { status: 404, .. }));
}
