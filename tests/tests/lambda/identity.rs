//! Logins, domains and owners by the real binaries: each function with what its route needs.

use serde_json::{Value, json};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::event::Request;
use crate::fixture::{HttpFunction, Registry};
use crate::publisher::{document, token};

/// A GitHub that knows one person.
async fn github() -> MockServer {
    let server = MockServer::start().await;
    let answers = [
        ("/user", json!({"login": "octocat", "id": 583_231})),
        (
            "/user/memberships/orgs",
            json!([{"state": "active", "role": "admin", "organization": {"login": "acme", "id": 9919}}]),
        ),
    ];
    for (at, answer) in answers {
        let mock = Mock::given(method("GET")).and(path(at)).and(header("authorization", "Bearer gho_ofOctocat"));
        mock.respond_with(ResponseTemplate::new(200).set_body_json(answer)).mount(&server).await;
    }
    server
}

#[tokio::test]
async fn from_a_login_at_github_to_a_claimed_domain() {
    let (registry, github) = (Registry::empty().await, github().await);
    let auth = registry.auth(&[("BERTH_GITHUB_API_URL", &github.uri())]).await;
    let keys = String::from_utf8(auth.get("/.well-known/jwks.json").await.body).unwrap();
    let body = json!({"github_token": "gho_ofOctocat"}).to_string();
    let login = auth.send(&Request::new("POST", "/v0/auth/github-at").json(&body)).await;
    assert_eq!(login.status, 200, "{login:?}");
    let token = token(&login);

    let me = auth.send(&Request::get("/auth/me").bearer(&token)).await.json();
    assert_eq!(
        (&me["identity"], &me["owns"]),
        (&json!("github:583231"), &json!(["io.github.octocat", "io.github.acme"]))
    );
    let publish = registry.publish(&keys).await;
    let mut server = document("widget", "1.0.0");
    server["name"] = "io.github.acme/widget".into();
    let published = publish.send(&Request::new("POST", "/v0/publish").bearer(&token).json(&server.to_string())).await;
    assert_eq!(published.status, 200, "{published:?}");

    let variables =
        [("BERTH_TOKEN_PUBLIC_KEYS", keys.as_str()), ("BERTH_VERIFY_RESOLVERS", "127.0.0.1:9 127.0.0.1:10")];
    let domains = HttpFunction(registry.start("verify_domain", &variables).await);
    let claim = Request::new("POST", "/verify-domain").bearer(&token).json(r#"{"domain":"example.com"}"#);
    let claimed = domains.send(&claim).await;
    assert_eq!((claimed.status, &claimed.json()["status"]), (200, &json!("pending")), "{claimed:?}");
    let me = auth.send(&Request::get("/auth/me").bearer(&token)).await.json();
    assert_eq!(me["domains"][0]["record"], claimed.json()["record"]);
    let released = domains.send(&Request::new("DELETE", "/verify-domain/example.com").bearer(&token)).await;
    assert_eq!(released.status, 204, "{released:?}");

    let trail =
        auth.send(&Request::get("/v0.1/x/dev.berth/audit?namespace=io.github.acme").bearer(&token)).await.json();
    let records: Vec<&Value> = trail["records"].as_array().unwrap().iter().collect();
    let [record] = records.as_slice() else { panic!("{trail}") };
    assert_eq!((&record["event"], &record["target"]), (&json!("publish"), &json!("io.github.acme/widget@1.0.0")));
    assert_eq!(record["address"], "203.0.113.7", "what connected to the gateway: {record}");
}

/// Logins that fail are counted by the address that the gateway saw, or that the operator's own proxy names.
#[tokio::test]
async fn failed_logins_are_counted_by_address() {
    let (registry, github) = (Registry::empty().await, MockServer::start().await);
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(401)).mount(&github).await;
    let auth = registry
        .auth(&[
            ("BERTH_GITHUB_API_URL", &github.uri()),
            ("BERTH_LIMIT_FAILED_LOGINS_PER_HOUR", "2"),
            ("BERTH_CLIENT_ADDRESS_HEADER", "CloudFront-Viewer-Address"),
        ])
        .await;
    let from = |address: &str| {
        let body = json!({"github_token": "gho_wrong"}).to_string();
        Request::new("POST", "/v0/auth/github-at").json(&body).header("cloudfront-viewer-address", address)
    };
    for expected in [401, 401, 429] {
        assert_eq!(auth.send(&from("198.51.100.7:4711")).await.status, expected);
    }
    assert_eq!(auth.send(&from("198.51.100.8:4711")).await.status, 401, "somebody else");
}
