//! `get_server` behind API Gateway.

use serde_json::json;

use crate::event::{Request, escaped};
use crate::fixture::{Registry, document};

const NAME: &str = "io.github.acme/widget";

#[tokio::test]
async fn a_name_is_found_however_it_is_escaped() {
    let registry = Registry::with(&[document(NAME, "1.0.0"), document(NAME, "1.1.0")]).await;
    let function = registry.reader("get_server").await;
    for name in ["io.github.acme%2Fwidget", "io.github.acme%2fwidget", "io.github.acme%252Fwidget", NAME] {
        for prefix in ["/v0", "/v0.1"] {
            let versions = format!("{prefix}/servers/{name}/versions");
            for request in [Request::get(&versions), Request::get(&versions).undecoded()] {
                let answer = function.send(&request).await;
                assert_eq!(answer.status, 200, "{request:?}: {answer:?}");
                assert_eq!(answer.json()["metadata"]["count"], 2);
            }
            for version in ["1.1.0", "latest", "latest/"] {
                let url = format!("{versions}/{version}");
                for request in [Request::get(&url), Request::get(&url).undecoded()] {
                    let answer = function.send(&request).await;
                    assert_eq!(answer.status, 200, "{request:?}: {answer:?}");
                    assert_eq!(answer.json()["server"]["version"], "1.1.0");
                }
            }
        }
    }
}

/// A URL parser would resolve the dots.
#[tokio::test]
async fn dots_lead_to_no_other_resource() {
    let registry = Registry::with(&[document(NAME, "1.0.0")]).await;
    let function = registry.reader("get_server").await;
    for (path, expected) in [
        ("/v0.1/servers/../servers/io.github.acme%2Fwidget/versions/latest", "Endpoint not found. "),
        ("/v0.1/servers/%2e%2E/servers/io.github.acme%2Fwidget/versions/latest", "Endpoint not found. "),
        ("/v0.1/servers/io.github.acme%2F../versions/latest", "Server not found"),
        ("/v0.1/servers/io.github.acme%2F%2e%2e/versions/latest", "Server not found"),
        ("/v0.1/servers/io.github.acme%2Fwidget/versions/..", "Server not found"),
        ("/v0.1/servers/io.github.acme%2Fwidget/versions/%252e", "Server not found"),
    ] {
        for request in [Request::get(path), Request::get(path).undecoded()] {
            let (status, detail, _) = function.send(&request).await.problem();
            assert_eq!((status, detail.starts_with(expected)), (404, true), "{request:?}: {detail}");
        }
    }
}

/// Versions are free text. An HTTP API decodes the path, so the function sees characters that no URL may have.
#[tokio::test]
async fn a_version_may_have_any_characters() {
    let versions = ["2.0.0+b1", "3 beta", "4.0-é", "五", "50%", "is it?", "1#2", "a/b", "\"<>\\^`{|}", "1.0&x=y;z"];
    let documents: Vec<_> = versions.iter().map(|version| document(NAME, version)).collect();
    let registry = Registry::with(&documents).await;
    let function = registry.reader("get_server").await;
    for version in versions {
        let url = format!("/v0.1/servers/io.github.acme%2Fwidget/versions/{}", escaped(version));
        for request in [Request::get(&url), Request::get(&url).undecoded()] {
            let answer = function.send(&request).await;
            assert_eq!(answer.status, 200, "{request:?}: {answer:?}");
            assert_eq!(answer.json()["server"]["version"], version);
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_problem() {
    let registry = Registry::with(&[document(NAME, "1.0.0")]).await;
    let function = registry.reader("get_server").await;
    for path in ["io.github.acme%2Fnone/versions", "io.github.acme%2Fwidget/versions/9", "é%20x%2Fy/versions"] {
        let answer = function.get(&format!("/v0.1/servers/{path}")).await;
        assert_eq!((answer.status, answer.header("content-type")), (404, "application/problem+json"));
        let expected = json!({"title": "Not Found", "status": 404, "detail": "Server not found"});
        assert_eq!(answer.json(), expected);
        assert_eq!(answer.header("cache-control"), "public, max-age=0, s-maxage=10");
    }
}

#[tokio::test]
async fn a_nul_in_a_name_is_refused() {
    let registry = Registry::empty().await;
    let function = registry.reader("get_server").await;
    let url = "/v0.1/servers/io.github.acme%2Fwid%00get/versions";
    for request in [Request::get(url), Request::get(url).undecoded()] {
        let answer = function.send(&request).await;
        assert_eq!(answer.status, 400, "{answer:?}");
        assert_eq!(answer.json()["detail"], "Invalid request: URL path contains null bytes");
    }
}

#[tokio::test]
async fn a_client_that_holds_the_answer_gets_304() {
    let registry = Registry::with(&[document(NAME, "1.0.0")]).await;
    let function = registry.reader("get_server").await;
    let url = "/v0.1/servers/io.github.acme%2Fwidget/versions/1.0.0";
    let first = function.get(url).await;
    assert_eq!(first.status, 200);
    let again = function.send(&Request::get(url).header("if-none-match", first.header("etag"))).await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(again.header("etag"), first.header("etag"));
    assert_eq!(again.header("cache-control"), first.header("cache-control"));
    let other = function.send(&Request::get(url).header("if-none-match", "\"other\"")).await;
    assert_eq!(other.status, 200);
}

/// `$default` is what is deployed; a stage with a name stands before the path, and may not stand in the way.
#[tokio::test]
async fn a_named_stage_is_no_part_of_the_path() {
    let registry = Registry::with(&[document(NAME, "1.0.0")]).await;
    let function = registry.reader("get_server").await;
    let request = Request::get("/v0.1/servers/io.github.acme%2Fwidget/versions/latest");
    for request in [request.clone().stage("prod"), request.stage("prod").undecoded()] {
        let answer = function.send(&request).await;
        assert_eq!(answer.status, 200, "{request:?}: {answer:?}");
    }
}
