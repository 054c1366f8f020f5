//! Answers near the 6 MB that Lambda lets a function answer.

use registry::limits;
use serde_json::{Value, json};

use crate::event::{Answer, Request};
use crate::fixture::Registry;

const NAME: &str = "io.github.acme/widget";
const URL: &str = "/v0.1/servers/io.github.acme%2Fwidget/versions";

/// Documents of one server. Their text does not compress away.
fn documents(count: usize, bytes: usize) -> Vec<Value> {
    let mut state: u64 = 7;
    let mut word = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        format!("{:011x} ", state >> 20)
    };
    let mut document = |number: usize| {
        let text: String = (0..bytes / 12).map(|_| word()).collect();
        json!({
            "name": NAME,
            "version": format!("1.0.{number}"),
            "description": "A server with a long history",
            "remotes": [{"type": "streamable-http", "url": format!("https://mcp.example.com/{number}")}],
            "_meta": {"io.modelcontextprotocol.registry/publisher-provided": {"notes": text}},
        })
    };
    (0..count).map(&mut document).collect()
}

#[tokio::test]
async fn a_server_with_1177_versions_fits() {
    let registry = Registry::with(&documents(1177, 420)).await;
    let function = registry.reader("get_server").await;
    for request in [Request::get(URL), Request::get(URL).header("accept-encoding", "gzip")] {
        let posted = function.0.post(&request.event()).await.unwrap();
        assert!(posted.succeeded);
        assert!(posted.json.len() < limits::LAMBDA_RESPONSE_BYTES, "{}", posted.json.len());
        let answer = Answer::of(&serde_json::from_slice(&posted.json).unwrap());
        assert_eq!(answer.status, 200);
        let list = answer.json();
        assert_eq!(list["metadata"]["count"], 1177);
        let mean = list.to_string().len() / 1177;
        assert!((850..1000).contains(&mean), "the versions are not of the size that is meant: {mean}");
    }
}

#[tokio::test]
async fn what_does_not_fit_is_a_problem() {
    let registry = Registry::with(&documents(120, 60_000)).await;
    let function = registry.reader("get_server").await;
    let plain = function.get(URL).await;
    assert_eq!((plain.status, plain.header("content-type")), (406, "application/problem+json"), "{plain:?}");
    assert_eq!(plain.header("cache-control"), "no-store");
    assert_eq!(plain.header("etag"), "");
    let detail = plain.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("Accept-Encoding: gzip"), "{detail}");
    let compressed = function.send(&Request::get(URL).header("accept-encoding", "gzip")).await;
    assert_eq!((compressed.status, compressed.header("content-encoding")), (200, "gzip"), "{plain:?}");
    assert_eq!(compressed.json()["metadata"]["count"], 120);
    // The function is as good as before.
    assert_eq!(function.get(&format!("{URL}/1.0.7")).await.status, 200);
}

#[tokio::test]
async fn what_does_not_even_fit_compressed_is_a_problem() {
    let registry = Registry::with(&documents(40, 370_000)).await;
    let function = registry.reader("get_server").await;
    for request in [Request::get(URL), Request::get(URL).header("accept-encoding", "gzip")] {
        let answer = function.send(&request).await;
        assert!(matches!(answer.status, 406 | 500), "{request:?}: {}", answer.status);
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
}
