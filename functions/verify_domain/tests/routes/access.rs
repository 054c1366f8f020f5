//! Who may ask, and in what form.

use axum::body::Body;
use http::Request;
use registry::identity::Identity;
use registry_auth::AuthMethod;
use serde_json::json;

use crate::registry::{Registry, documented, token, token_of};

const ROUTES: [(&str, &str); 5] = [
    ("POST", "/verify-domain"),
    ("GET", "/verify-domain"),
    ("POST", "/verify-domain/check"),
    ("POST", "/verify-domain/route53"),
    ("DELETE", "/verify-domain/example.com"),
];

#[tokio::test]
async fn only_somebody_with_a_name_claims() {
    let registry = Registry::new().await;
    let body = json!({"domain": "example.com"});
    for (method, path) in ROUTES {
        let body = (method == "POST").then_some(&body);
        let anonymous =
            token_of(Some(Identity::anonymous()), AuthMethod::None, &["io.modelcontextprotocol.anonymous/*"]);
        let said = registry.call(method, path, &anonymous, body).await.refused(403, "Domains are claimed by somebody");
        assert!(said[0].starts_with("an anonymous token claims no domain: log in in another way"), "{said:?}");
        // Its identity is that of the repository's owner, who may be somebody else than whoever pushed.
        let run = token_of(Some(Identity::github(7)), AuthMethod::GithubOidc, &[]);
        let said = registry.call(method, path, &run, body).await.refused(403, "Domains are claimed by somebody");
        assert!(said[0].starts_with("a run of a workflow publishes, and manages no domains"), "{said:?}");
        let nameless = token_of(None, AuthMethod::GithubAt, &["*"]);
        let answer = registry.call(method, path, &nameless, body).await;
        let said = answer.refused(401, "Invalid or expired Registry JWT token");
        assert_eq!(said, ["the token does not say who holds it: log in again for one that does"]);
        let answer = registry.call(method, path, "a.b.c", body).await;
        answer.refused(401, "Invalid or expired Registry JWT token");
        let mut forged = token(7);
        forged.truncate(forged.len() - 4);
        forged.push_str("AAAA");
        registry.call(method, path, &forged, body).await.refused(401, "Invalid or expired Registry JWT token");
    }
    assert_eq!(registry.table.items().await, []);
    assert_eq!(registry.trail().await, []);
}

#[tokio::test]
async fn all_that_is_wrong_with_a_request_is_said_at_once() {
    let registry = Registry::new().await;
    let send = |body: &'static str| {
        let request = Request::post("/verify-domain").body(Body::from(body)).unwrap();
        registry.send(request)
    };
    let said = send(r#"{"name": "example.com"}"#).await.refused(422, "validation failed");
    let expected = [
        "required header parameter is missing",
        "expected required property domain to be present",
        "unexpected property",
    ];
    assert_eq!(said, expected);
    send("").await.refused(400, "request body is required");
    let post = |path: &'static str, body: serde_json::Value| {
        let registry = &registry;
        async move { registry.call("POST", path, &token(7), Some(&body)).await.refused(422, "validation failed") }
    };
    for path in ["/verify-domain", "/verify-domain/check", "/verify-domain/route53"] {
        assert_eq!(post(path, json!([])).await, ["expected object"]);
        assert_eq!(post(path, json!({"domain": 7})).await, ["expected string"]);
        assert_eq!(post(path, json!({"domain": null})).await, ["expected string"]);
        assert_eq!(post(path, json!({"domain": "localhost"})).await, ["invalid domain format"]);
    }
    let hosted = |identity: serde_json::Value| {
        post("/verify-domain/route53", json!({"domain": "example.com", "identity": identity}))
    };
    assert!(hosted("octocat".into()).await[0].starts_with("\"octocat\" is no identity"));
    assert_eq!(hosted("anonymous".into()).await, ["a domain is somebody's: anonymous is nobody"]);
    assert_eq!(hosted(7.into()).await, ["expected string"]);
}

#[tokio::test]
async fn requests_are_counted() {
    let registry = Registry::new().await;
    let mut answers = Vec::new();
    for _ in 0..122 {
        answers.push(registry.check(&token(7), "co.uk").await);
    }
    assert!(answers[..119].iter().all(|answer| answer.status == 422));
    // The hour may end meanwhile.
    if let Some(answer) = answers.iter().find(|answer| answer.status == 429) {
        let said = answer.refused(429, "Too many requests");
        assert!(said[0].starts_with("more than 120 domain checks per hour by github:7: try again in "), "{said:?}");
        assert!(answer.headers.contains_key("retry-after"));
    }
    assert!(answers.iter().filter(|answer| answer.status == 429).count() <= 2);
    // Each for themselves.
    assert_eq!(registry.check(&token(8), "co.uk").await.status, 422);
}

#[tokio::test]
async fn all_routes_are_documented() {
    let mut expected: Vec<String> =
        ROUTES.iter().map(|(method, path)| format!("{} {path}", method.to_lowercase())).collect();
    expected[4] = "delete /verify-domain/{domain}".to_owned();
    expected.sort();
    let mut documented = documented().await;
    documented.sort();
    assert_eq!(documented, expected);
}
