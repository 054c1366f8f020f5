//! What the logins with a token read.

use auth::Logins;
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};

use crate::github_server::GitHubServer;
use crate::registry::Registry;
use crate::table::Table;

const SECRET: &str = "ghp_a_secret";

/// Paths, and the field that each wants.
const LOGINS: [(&str, &str); 3] = [
    ("/v0/auth/github-at", "github_token"),
    ("/v0.1/auth/github-at", "github_token"),
    ("/v0/auth/github-oidc", "oidc_token"),
];

async fn registry() -> Registry {
    Registry::with_logins(Logins { ..GitHubServer::new().await.logins() }, &Table::new().await)
}

/// Status and errors of an answer that does not repeat the secret.
async fn errors(registry: &Registry, path: &str, body: String) -> (u16, Value) {
    let answer = registry.post(path, body).await;
    assert!(!String::from_utf8_lossy(&answer.body).contains(SECRET), "{:?}", answer.body);
    (answer.status, answer.json()["errors"].clone())
}

#[tokio::test]
async fn fields_are_checked_and_not_repeated() {
    let registry = registry().await;
    for (path, field) in LOGINS {
        let required =
            json!({"message": format!("expected required property {field} to be present"), "location": "body"});
        let unexpected = json!({"message": "unexpected property", "location": "body.token"});
        assert_eq!(errors(&registry, path, json!({}).to_string()).await, (422, json!([required])));
        let body = json!({ "token": SECRET }).to_string();
        assert_eq!(errors(&registry, path, body).await, (422, json!([required, unexpected])));
        let body = json!({field: SECRET, "token": 1}).to_string();
        assert_eq!(errors(&registry, path, body).await, (422, json!([unexpected])));
        for value in [json!(null), json!(7), json!([SECRET])] {
            let expected = json!([{"message": "expected string", "location": format!("body.{field}")}]);
            assert_eq!(errors(&registry, path, json!({ field: value }).to_string()).await, (422, expected));
        }
        let expected = json!([{"message": "expected object", "location": "body"}]);
        assert_eq!(errors(&registry, path, json!([SECRET]).to_string()).await, (422, expected));
    }
}

#[tokio::test]
async fn what_is_no_json_is_refused_and_not_repeated() {
    let registry = registry().await;
    for (path, field) in LOGINS {
        let answer = registry.post(path, "").await;
        assert_eq!((answer.status, answer.json()["detail"].clone()), (400, json!("request body is required")));
        assert_eq!(answer.json()["errors"], Value::Null);
        let (status, broken) = errors(&registry, path, format!("{{\"{field}\": \"{SECRET}\"")).await;
        assert_eq!((status, &broken[0]["location"], &broken[0]["value"]), (400, &json!("body"), &Value::Null));
        let (status, twice) = errors(&registry, path, format!("{{\"{field}\":\"{SECRET}\",\"{field}\":\"\"}}")).await;
        let message = format!("the body has the key \"{field}\" twice: say it once");
        assert_eq!((status, &twice[0]["message"]), (400, &json!(message)));
        let request = Request::post(path).header("content-type", "text/plain").body(Body::from("{}")).unwrap();
        let answer = registry.send(request).await;
        assert_eq!(
            (answer.status, &answer.json()["errors"][0]["message"]),
            (415, &json!("unknown content type: text/plain"))
        );
        let body = format!("{{\"{field}\":\"{}\"}}", "a".repeat(16 * 1024));
        assert_eq!(registry.post(path, body).await.status, 413);
    }
}
