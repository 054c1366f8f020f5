//! What both logins with a signature read.

use axum::body::Body;
use http::Request;
use serde_json::{Value, json};

use crate::registry::{Answer, Registry};

const PATHS: [&str; 4] = ["/v0/auth/dns", "/v0.1/auth/dns", "/v0/auth/http", "/v0.1/auth/http"];

fn error(answer: &Answer) -> (u16, String, Value) {
    let problem = answer.json();
    (answer.status, problem["detail"].as_str().unwrap().to_owned(), problem["errors"].clone())
}

#[tokio::test]
async fn fields_are_checked_as_the_official_registry_checks_them() {
    let registry = Registry::alone(false).await;
    let required = |name: &str, whole: &Value| json!({"message": format!("expected required property {name} to be present"), "location": "body", "value": whole});
    let some = json!({"domain": "example.com"});
    let odd = json!({"domain": 1, "timestamp": null, "signed_timestamp": "", "Domain": "example.com"});
    for path in PATHS {
        let answer = registry.post(path, some.to_string()).await;
        let errors = json!([required("timestamp", &some), required("signed_timestamp", &some)]);
        assert_eq!(error(&answer), (422, "validation failed".to_owned(), errors));
        let answer = registry.post(path, odd.to_string()).await;
        let errors = json!([
            {"message": "expected string", "location": "body.domain", "value": 1},
            {"message": "expected string", "location": "body.timestamp"},
            {"message": "unexpected property", "location": "body.Domain", "value": odd},
        ]);
        assert_eq!(error(&answer), (422, "validation failed".to_owned(), errors));
        let answer = registry.post(path, "[1]").await;
        let errors = json!([{"message": "expected object", "location": "body", "value": [1]}]);
        assert_eq!(error(&answer), (422, "validation failed".to_owned(), errors));
    }
}

#[tokio::test]
async fn what_is_no_json_is_refused() {
    let registry = Registry::alone(false).await;
    for path in PATHS {
        let answer = registry.post(path, "").await;
        assert_eq!(error(&answer), (400, "request body is required".to_owned(), Value::Null));
        let answer = registry.post(path, "{bad").await;
        let (status, detail, errors) = error(&answer);
        assert_eq!((status, detail.as_str()), (400, "validation failed"));
        assert_eq!((&errors[0]["location"], &errors[0]["value"]), (&json!("body"), &json!("{bad")));
        let twice = r#"{"domain":"example.com","domain":"other.com","timestamp":"","signed_timestamp":""}"#;
        let answer = registry.post(path, twice).await;
        assert_eq!(error(&answer).2[0]["message"], "the body has the key \"domain\" twice: say it once");
        let deep = format!("{{\"domain\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
        let answer = registry.post(path, deep).await;
        assert_eq!(error(&answer).2[0]["message"], "the body is nested deeper than 100 levels");
        let request = Request::post(path).header("content-type", "text/plain").body(Body::from("{}")).unwrap();
        let (status, _, errors) = error(&registry.send(request).await);
        assert_eq!((status, &errors[0]["message"]), (415, &json!("unknown content type: text/plain")));
        let request = Request::post(path).header("content-type", "application/json; charset=utf-8");
        assert_eq!(registry.send(request.body(Body::from("{}")).unwrap()).await.status, 422);
    }
}

#[tokio::test]
async fn large_bodies_are_refused() {
    let registry = Registry::alone(false).await;
    let body = |bytes: usize| format!("{{\"domain\":\"{}\"}}", "a".repeat(bytes - 13));
    assert_eq!(registry.post("/v0/auth/dns", body(16 * 1024)).await.status, 422);
    let answer = registry.post("/v0/auth/dns", body(16 * 1024 + 1)).await;
    assert_eq!(error(&answer), (413, "request body is too large limit=16384 bytes".to_owned(), Value::Null));
}

#[tokio::test]
async fn claims_are_checked_before_anybody_is_asked() {
    let registry = Registry::alone(false).await;
    let now = || ::registry::time::Timestamp::now().to_string();
    for path in PATHS {
        for domain in ["localhost", "127.0.0.1", "0x7f.1", "[::1]", "2130706433", "example.com/x", "example.com:8080"] {
            let login = json!({"domain": domain, "timestamp": now(), "signed_timestamp": ""});
            assert_eq!(registry.refused(path, &login).await, "invalid domain format");
        }
        let login = json!({"domain": "\u{430}pple.com", "timestamp": now(), "signed_timestamp": ""});
        let reason = "invalid domain format: write the domain in ASCII, as xn--pple-43d.com";
        assert_eq!(registry.refused(path, &login).await, reason);
        let login = json!({"domain": "example.com", "timestamp": now(), "signed_timestamp": "not hex"});
        assert_eq!(registry.refused(path, &login).await, "invalid signature format, must be hex");
        let login = json!({"domain": "example.com", "timestamp": "yesterday", "signed_timestamp": "00"});
        assert!(registry.refused(path, &login).await.starts_with("invalid timestamp format"));
    }
}
