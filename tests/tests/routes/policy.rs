//! Every route with who may call it and how long its answer may be kept.

use std::collections::{BTreeMap, BTreeSet};

use berth_tests::{Answer, Client, Registry, Version};
use registry::cache::{self, CachePolicy, Cdn, ServerTag, Tag};
use registry::edge::Edge;
use registry::model::Status;

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// Nobody asks.
    Open,
    /// Whoever has a token of this registry.
    Token,
    /// Whoever has a proof, which the body is.
    Proof,
    /// A browser: what it was asked before, or its cookie.
    Browser,
}

/// The tags of an answer about the server of this test.
const OF_SERVER: &str = "catalogue,s-<server>";

/// The policy of each route: authentication, then `Cache-Control` and `Cache-Tag` of a success.
fn policy(method: &str, path: &str) -> Option<(Access, &'static str, &'static str)> {
    const CATALOGUE: &str = "public, max-age=0, s-maxage=30, stale-while-revalidate=60, stale-if-error=86400";
    const VERSION: &str = "public, max-age=60, s-maxage=300, stale-while-revalidate=600, stale-if-error=86400";
    const DOCUMENT: &str = "public, max-age=300, s-maxage=3600, stale-if-error=86400";
    let route = path.strip_prefix("/v0.1").or_else(|| path.strip_prefix("/v0")).unwrap_or(path);
    Some(match (method, route) {
        ("GET", "/servers") => (Access::Open, CATALOGUE, "catalogue,lists"),
        ("GET", "/servers/{serverName}/versions") => (Access::Open, CATALOGUE, OF_SERVER),
        ("GET", "/servers/{serverName}/versions/{version}") => (Access::Open, VERSION, OF_SERVER),
        ("GET", "/health" | "/readiness" | "/ping" | "/version") => (Access::Open, "no-store", ""),
        ("GET", "/openapi.json" | "/openapi.yaml" | "/.well-known/jwks.json") => (Access::Open, DOCUMENT, ""),
        ("GET", "/x/dev.berth/changes" | "/x/dev.berth/snapshot") => (Access::Open, CATALOGUE, "catalogue,lists"),
        ("POST", "/validate") => (Access::Open, "no-store", ""),
        ("POST", "/publish") => (Access::Token, "no-store", ""),
        ("PUT" | "DELETE", "/servers/{serverName}/versions/{version}") => (Access::Token, "no-store", ""),
        ("PATCH", "/servers/{serverName}/versions/{version}/status" | "/servers/{serverName}/status") => {
            (Access::Token, "no-store", "")
        }
        (
            "POST",
            "/auth/dns" | "/auth/http" | "/auth/none" | "/auth/github-at" | "/auth/github-oidc" | "/auth/oidc",
        ) => (Access::Proof, "no-store", ""),
        ("GET", "/auth/github/login" | "/auth/github/callback") | ("POST", "/auth/refresh" | "/auth/logout") => {
            (Access::Browser, "no-store", "")
        }
        ("GET", "/auth/me") => (Access::Token, "no-store", ""),
        (_, "/verify-domain" | "/verify-domain/check" | "/verify-domain/route53" | "/verify-domain/{domain}") => {
            (Access::Token, "no-store", "")
        }
        ("GET", "/x/dev.berth/search") => (Access::Open, CATALOGUE, "catalogue,lists"),
        (_, "/x/dev.berth/invitations" | "/x/dev.berth/audit") => (Access::Token, "no-store", ""),
        (_, route) if route.starts_with("/x/dev.berth/namespaces/") => (Access::Token, "no-store", ""),
        _ => return None,
    })
}

#[tokio::test]
async fn every_route_has_its_policy() {
    let registry = Registry::with(&[Version::new("io.x/yy", "1.0.0")]).await;
    let document = berth_local::documented(&registry.services()).into_openapi();
    let document = serde_json::to_value(document).unwrap();
    let client = registry.client();
    let (mut seen, mut own, mut kept) = (BTreeMap::new(), Vec::new(), Vec::new());
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = method.to_uppercase();
            let Some((access, cache, tags)) = policy(&method, path) else {
                panic!("{method} {path} has no policy: give it one here")
            };
            if route_is_own(path) {
                own.push(path.clone());
            }
            let says_token = operation["security"][0]["bearer"].is_array();
            assert_eq!(says_token, access == Access::Token, "{method} {path}: the document says who may");
            let url = path.replace("{serverName}", "io.x%2Fyy").replace("{version}", "1.0.0");
            let url = url.replace("{namespace}", "io.x").replace("{domain}", "example.com");
            let url = url.replace("{to}", "github:someone").replace("{identity}", "github:1");
            if method == "GET" && access == Access::Open {
                let answer = client.get(&url).await;
                assert_eq!((answer.status, answer.header("cache-control")), (200, Some(cache)), "{path}");
                assert_eq!(answer.header("cache-tag").unwrap_or_default(), tagged(tags), "{path}");
                kept.extend(answer.header("cache-tag").map(|_| path.clone()));
            } else {
                // A token is asked for before anything else is, whatever the body.
                let body = if method == "GET" { "" } else { r#"{"status":"deleted"}"# };
                let answer = client.send_body(&method, &url, &[], body).await;
                let asks = answer.text().contains("header.Authorization");
                assert_eq!(asks, access == Access::Token, "{method} {path}: {}", answer.text());
                assert_eq!(answer.header("cache-control"), Some("no-store"), "{method} {path}");
                assert_eq!(answer.header("cache-tag"), None, "{method} {path}");
            }
            seen.insert(format!("{path} {method}"), cache);
        }
    }
    assert_eq!(kept.len(), 10, "three routes below two prefixes, lists at the root, and three of our own: {kept:?}");
    let latest = client.get("/v0.1/servers/io.x%2Fyy/versions/latest").await;
    assert!(latest.header("cache-control").unwrap().starts_with("public, max-age=0,"), "latest moves with a publish");
    assert!(own.len() > 10, "{own:?}");
    let versioned: BTreeSet<&str> =
        seen.keys().filter_map(|path| path.strip_prefix("/v0.1")).filter(|path| !route_is_own(path)).collect();
    let development: BTreeSet<&str> =
        seen.keys().filter_map(|path| path.strip_prefix("/v0/").map(|_| &path[3..])).collect();
    let only: Vec<_> = versioned.symmetric_difference(&development).collect();
    assert_eq!(
        only,
        [&"/servers/{serverName}/versions/{version} DELETE"],
        "/v0 and /v0.1 have the same routes but one"
    );
}

fn tagged(tags: &str) -> String {
    let server = Tag::Server(ServerTag::of("io.x/yy")).to_string();
    tags.replace("s-<server>", &server)
}

/// The table that the documents show is what routes answer, behind a CDN that is told of changes and behind any other.
#[tokio::test]
async fn the_table_of_policies_is_what_routes_answer() {
    let registry = Registry::with(&[Version::new("io.x/yy", "1.0.0")]).await;
    let routes = || axum::Router::from(berth_local::documented(&registry.services()));
    for cdn in [Cdn::Waits, Cdn::IsTold] {
        let client = Client::new(Edge::new(routes()).behind_cdn(cdn));
        for row in cache::table(ServerTag::of("io.x/yy")) {
            // A server whose versions are all deleted is not there.
            let status = if row.status == 404 { Status::Deleted } else { Status::Active };
            registry.put(&[Version::new("io.x/yy", "1.0.0").status(status)]).await;
            for route in row.routes {
                let prefixes: &[&str] = if route.starts_with("/servers") { &["/v0", "/v0.1"] } else { &[""] };
                let path = route.replace("{serverName}", "io.x%2Fyy").replace("{version}", "1.0.0");
                for prefix in prefixes {
                    let path = format!("{prefix}{path}");
                    let answer = client.get(&path).await;
                    assert_eq!(answer.status, row.status, "{path}");
                    assert_eq!(headers(&answer), expected(row.policy, cdn), "{path}");
                    if let Some(etag) = answer.header("etag") {
                        let held = client.send("GET", &path, &[("if-none-match", etag)]).await;
                        assert_eq!((held.status, headers(&held)), (304, headers(&answer)), "{path}");
                    }
                }
            }
        }
    }
}

fn headers(answer: &Answer) -> (String, String) {
    let header = |name| answer.header(name).unwrap_or_default().to_owned();
    (header("cache-control"), header("cache-tag"))
}

fn expected(policy: CachePolicy, cdn: Cdn) -> (String, String) {
    let text = |value: http::HeaderValue| value.to_str().unwrap().to_owned();
    (text(policy.header(cdn)), policy.tag_header().map(text).unwrap_or_default())
}

/// A name that nobody has may be anybody's next: its 404 is tagged with it.
#[tokio::test]
async fn a_server_that_is_not_there_is_kept_for_a_moment_with_its_tag() {
    let registry = Registry::new().await;
    let client = registry.client();
    for path in [
        "/v0/servers/io.x%2Fyy/versions",
        "/v0.1/servers/io.x/yy/versions/latest",
        "/v0.1/servers/io.x%2Fyy/versions/1",
    ] {
        let answer = client.get(path).await;
        assert_eq!((answer.status, answer.header("etag"), answer.header("x-request-id")), (404, None, None), "{path}");
        assert_eq!(headers(&answer), ("public, max-age=0, s-maxage=10".to_owned(), tagged(OF_SERVER)), "{path}");
    }
}

/// Berth's own routes stand under `/v0.1` alone, and some at the root.
fn route_is_own(path: &str) -> bool {
    path.contains("/x/dev.berth/")
}
