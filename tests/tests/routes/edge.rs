//! What every answer has in common.

use std::io::Read;

use berth_tests::{Registry, Version};
use flate2::read::GzDecoder;

async fn client() -> berth_tests::Client {
    let servers: Vec<Version> = (0..50).map(|n| Version::new(&format!("io.x/server-{n}"), "1.0.0")).collect();
    Registry::with(&servers).await.client()
}

const LIST: &str = "/v0.1/servers?limit=50";

#[tokio::test]
async fn unknown_paths_and_methods_are_404() {
    let client = client().await;
    for (method, path) in [
        ("GET", "/v0/servers/io.x%2Fyy"),
        ("DELETE", "/v0/servers/io.x%2Fyy/versions/1.0.0"),
        ("POST", "/v0/servers"),
        ("GET", "/v0/admin"),
        ("OPTIONS", "/v0/servers"),
    ] {
        let answer = client.send(method, path, &[]).await;
        assert_eq!(
            answer.text(),
            "{\"detail\":\"Endpoint not found. See /docs for the API documentation.\",\"status\":404,\"title\":\"Not Found\"}",
            "{method} {path}"
        );
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.problem().0, 404);
    }
    let (_, detail) = client.get("/nowhere\"").await.problem();
    assert!(detail.contains("'/v0.1/nowhere"), "{detail}");
}

#[tokio::test]
async fn broken_paths_and_queries_are_400() {
    let client = client().await;
    for (path, detail) in [
        ("/v0/servers/io.x%2Fyy/versions/%00", "Invalid request: URL path contains null bytes"),
        ("/v0/servers/io.x%2Fyy/versions/%2500", "Invalid request: URL path contains null bytes"),
        ("/v0/servers?search=%00", "Invalid request: query parameters contain null bytes"),
    ] {
        let answer = client.get(path).await;
        assert_eq!((answer.status, answer.json()["detail"].as_str()), (400, Some(detail)), "{path}");
    }
    assert_eq!(client.get("/v0/servers/io.x%2Fyy/versions/%zz").await.problem().0, 400);
    assert_eq!(client.get("/v0/servers?search=%2500").await.status, 200);
}

#[tokio::test]
async fn head_has_the_headers_alone() {
    let client = client().await;
    for path in [LIST, "/v0/health", "/v0/servers/io.x%2Fserver-1/versions/latest"] {
        let (get, head) = (client.get(path).await, client.send("HEAD", path, &[]).await);
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        assert_eq!(head.header("etag"), get.header("etag"));
    }
}

#[tokio::test]
async fn a_client_that_holds_the_answer_gets_304() {
    let client = client().await;
    let plain = client.get(LIST).await;
    let etag = plain.header("etag").unwrap().to_owned();
    let zipped = client.send("GET", LIST, &[("accept-encoding", "gzip")]).await;
    let zipped_etag = zipped.header("etag").unwrap().to_owned();
    assert_ne!(etag, zipped_etag, "another representation has another strong validator");
    assert_eq!(zipped.header("content-encoding"), Some("gzip"));
    let mut text = String::new();
    GzDecoder::new(&zipped.body[..]).read_to_string(&mut text).unwrap();
    assert_eq!(text, plain.text());
    for held in [&etag, &zipped_etag, &format!("\"other\", {etag}"), &format!("W/{etag}"), "*"] {
        for encoding in ["identity", "gzip"] {
            let headers = [("if-none-match", held), ("accept-encoding", encoding)];
            let answer = client.send("GET", LIST, &headers).await;
            assert_eq!((answer.status, answer.body.len()), (304, 0), "{held} {encoding}");
            assert!(answer.header("etag").is_some() && answer.header("cache-control").is_some());
        }
    }
    assert_eq!(client.send("GET", LIST, &[("if-none-match", "\"other\"")]).await.status, 200);
}

#[tokio::test]
async fn errors_have_no_validator_and_are_not_kept() {
    let client = client().await;
    for path in ["/v0/servers?limit=0", "/v0/servers/io.x%2Fyy/versions?include_deleted=maybe", "/nowhere"] {
        let answer = client.get(path).await;
        assert!(answer.status >= 400);
        assert_eq!((answer.header("etag"), answer.header("cache-control")), (None, Some("no-store")), "{path}");
        assert_eq!(answer.header("cache-tag"), None, "{path}");
    }
}

#[tokio::test]
async fn any_origin_may_read() {
    let client = client().await;
    let answer = client.send("GET", LIST, &[("origin", "https://a.example")]).await;
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-expose-headers"), Some("Content-Type, Content-Length"));
    assert!(answer.header("vary").unwrap().ends_with("Origin"));
    assert_eq!(client.get(LIST).await.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn a_preflight_echoes_what_it_asks_for() {
    let client = client().await;
    let preflight = |method: &'static str| {
        let client = client.clone();
        async move {
            let headers = [
                ("origin", "https://a.example"),
                ("access-control-request-method", method),
                ("access-control-request-headers", "authorization,content-type"),
            ];
            client.send("OPTIONS", "/v0/servers/x/status", &headers).await
        }
    };
    let answer = preflight("PATCH").await;
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    assert_eq!(answer.header("access-control-allow-methods"), Some("PATCH"));
    assert_eq!(answer.header("access-control-allow-headers"), Some("authorization,content-type"));
    assert_eq!(answer.header("access-control-max-age"), Some("86400"));
    let answer = preflight("HEAD").await;
    assert_eq!((answer.status, answer.header("access-control-allow-methods")), (204, None));
}
