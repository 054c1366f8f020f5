//! `list_servers` behind API Gateway.

use serde_json::{Value, json};

use crate::event::Request;
use crate::fixture::{HttpFunction, Registry, document};

const COUNT: usize = 40;

async fn reader() -> (Registry, HttpFunction) {
    let documents: Vec<Value> =
        (0..COUNT).map(|number| document(&format!("com.example/server-{number:02}"), "1.0.0")).collect();
    let registry = Registry::with(&documents).await;
    let function = registry.reader("list_servers").await;
    (registry, function)
}

#[tokio::test]
async fn a_query_string_selects() {
    let (_registry, function) = reader().await;
    let answer = function.get("/v0.1/servers?limit=2&search=server-3&version=latest").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    assert!(!answer.is_base64);
    let list = answer.json();
    let names: Vec<&Value> = list["servers"].as_array().unwrap().iter().map(|entry| &entry["server"]["name"]).collect();
    assert_eq!(names, ["com.example/server-30", "com.example/server-31"]);
    assert_eq!(answer.header("cache-control").split(',').next(), Some("public"));
    for url in ["/v0/servers?limit=2", "/servers?limit=2", "/v0.1/servers/?limit=2"] {
        assert_eq!(function.get(url).await.json()["metadata"]["count"], 2, "{url}");
    }
    // A query string comes undecoded.
    assert_eq!(function.get("/v0.1/servers?search=SERVER%2D39").await.json()["metadata"]["count"], 1);
    assert_eq!(function.get("/v0.1/servers?search=com.example%2Fserver+x").await.json()["metadata"]["count"], 0);
}

#[tokio::test]
async fn a_cursor_walk_sees_each_server_once() {
    let (_registry, function) = reader().await;
    let mut names = Vec::new();
    let mut url = "/v0.1/servers?limit=7".to_owned();
    loop {
        let list = function.get(&url).await.json();
        names.extend(
            list["servers"]
                .as_array()
                .unwrap()
                .iter()
                .map(|entry| entry["server"]["name"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = list["metadata"]["nextCursor"].as_str() else { break };
        url = format!("/v0.1/servers?limit=7&cursor={cursor}");
    }
    let expected: Vec<String> = (0..COUNT).map(|number| format!("com.example/server-{number:02}")).collect();
    assert_eq!(names, expected);
}

#[tokio::test]
async fn head_has_the_headers_alone() {
    let (_registry, function) = reader().await;
    let get = function.get("/v0.1/servers").await;
    let head = function.send(&Request::new("HEAD", "/v0.1/servers")).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    for name in ["etag", "content-type", "cache-control"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
}

#[tokio::test]
async fn a_preflight_is_answered() {
    let registry = Registry::empty().await;
    let function = registry.reader("list_servers").await;
    let request = Request::new("OPTIONS", "/v0.1/servers")
        .header("origin", "https://example.com")
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "x-test");
    let answer = function.send(&request).await;
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("access-control-allow-methods"), "GET");
    assert_eq!(answer.header("access-control-allow-headers"), "x-test");
}

#[tokio::test]
async fn a_compressed_answer_is_the_same_answer() {
    let (_registry, function) = reader().await;
    let plain = function.get("/v0.1/servers").await;
    let request = Request::get("/v0.1/servers").header("accept-encoding", "gzip, deflate, br;q=0");
    let compressed = function.send(&request).await;
    assert_eq!((compressed.status, compressed.header("content-encoding")), (200, "gzip"));
    assert!(compressed.is_base64 && compressed.body.len() < plain.body.len() / 2);
    assert_eq!(compressed.json(), plain.json());
    assert_ne!(compressed.header("etag"), plain.header("etag"));
    // API Gateway takes one value for a header: none may be lost.
    for answer in [&plain, &compressed] {
        let vary = answer.header("vary").to_ascii_lowercase();
        assert!(vary.contains("origin") && vary.contains("accept-encoding"), "{vary:?}");
    }
}

#[tokio::test]
async fn wrong_parameters_are_all_named() {
    let registry = Registry::empty().await;
    let function = registry.reader("list_servers").await;
    let answer = function.get("/v0.1/servers?limit=abc&include_deleted=perhaps").await;
    assert_eq!((answer.status, answer.header("content-type")), (422, "application/problem+json"));
    let expected = json!({"title": "Unprocessable Entity", "status": 422, "detail": "validation failed", "errors": [
        {"message": "invalid integer", "location": "query.limit", "value": "abc"},
        {"message": "invalid boolean", "location": "query.include_deleted", "value": "perhaps"},
    ]});
    assert_eq!(answer.json(), expected);
}

#[tokio::test]
async fn unknown_paths_and_service_routes() {
    let registry = Registry::empty().await;
    let function = registry.reader("list_servers").await;
    for url in ["/v0.1/health", "/v0/ping", "/v0.1/version", "/health", "/readiness"] {
        let answer = function.get(url).await;
        assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"), "{url}");
    }
    for url in ["/", "/nope", "/v0.1/", "/v0.1/nope%20nope", "/é"] {
        let answer = function.get(url).await;
        assert_eq!((answer.status, &answer.json()["title"]), (404, &json!("Not Found")), "{url}");
    }
}
