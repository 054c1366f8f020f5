//! Every route with who may call it and how long its answer may be kept.

use std::collections::{BTreeMap, BTreeSet};

use berth_tests::{Registry, Version};

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

/// The policy of each route: authentication, then the `Cache-Control` of a success.
fn policy(method: &str, path: &str) -> Option<(Access, &'static str)> {
    const CATALOGUE: &str = "public, max-age=0, s-maxage=30, stale-while-revalidate=60, stale-if-error=86400";
    const VERSION: &str = "public, max-age=60, s-maxage=300, stale-while-revalidate=600, stale-if-error=86400";
    const DOCUMENT: &str = "public, max-age=300, s-maxage=3600, stale-if-error=86400";
    let route = path.strip_prefix("/v0.1").or_else(|| path.strip_prefix("/v0")).unwrap_or(path);
    Some(match (method, route) {
        ("GET", "/servers" | "/servers/{serverName}/versions") => (Access::Open, CATALOGUE),
        ("GET", "/servers/{serverName}/versions/{version}") => (Access::Open, VERSION),
        ("GET", "/health" | "/readiness" | "/ping" | "/version") => (Access::Open, "no-store"),
        ("GET", "/openapi.json" | "/openapi.yaml" | "/.well-known/jwks.json") => (Access::Open, DOCUMENT),
        ("GET", "/x/dev.berth/changes" | "/x/dev.berth/snapshot") => (Access::Open, CATALOGUE),
        ("POST", "/validate") => (Access::Open, "no-store"),
        ("POST", "/publish") => (Access::Token, "no-store"),
        ("PUT" | "DELETE", "/servers/{serverName}/versions/{version}") => (Access::Token, "no-store"),
        ("PATCH", "/servers/{serverName}/versions/{version}/status" | "/servers/{serverName}/status") => {
            (Access::Token, "no-store")
        }
        (
            "POST",
            "/auth/dns" | "/auth/http" | "/auth/none" | "/auth/github-at" | "/auth/github-oidc" | "/auth/oidc",
        ) => (Access::Proof, "no-store"),
        ("GET", "/auth/github/login" | "/auth/github/callback") | ("POST", "/auth/refresh" | "/auth/logout") => {
            (Access::Browser, "no-store")
        }
        ("GET", "/auth/me") => (Access::Token, "no-store"),
        (_, "/verify-domain" | "/verify-domain/check" | "/verify-domain/route53" | "/verify-domain/{domain}") => {
            (Access::Token, "no-store")
        }
        (_, "/x/dev.berth/invitations" | "/x/dev.berth/audit") => (Access::Token, "no-store"),
        (_, route) if route.starts_with("/x/dev.berth/namespaces/") => (Access::Token, "no-store"),
        _ => return None,
    })
}

#[tokio::test]
async fn every_route_has_its_policy() {
    let registry = Registry::with(&[Version::new("io.x/yy", "1.0.0")]).await;
    let document = berth_local::documented(&registry.services()).into_openapi();
    let document = serde_json::to_value(document).unwrap();
    let client = registry.client();
    let (mut seen, mut own) = (BTreeMap::new(), Vec::new());
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = method.to_uppercase();
            let Some((access, cache)) = policy(&method, path) else {
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
            } else {
                // A token is asked for before anything else is, whatever the body.
                let body = if method == "GET" { "" } else { r#"{"status":"deleted"}"# };
                let answer = client.send_body(&method, &url, &[], body).await;
                let asks = answer.text().contains("header.Authorization");
                assert_eq!(asks, access == Access::Token, "{method} {path}: {}", answer.text());
                assert_eq!(answer.header("cache-control"), Some("no-store"), "{method} {path}");
            }
            seen.insert(format!("{path} {method}"), cache);
        }
    }
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

/// Berth's own routes stand under `/v0.1` alone, and some at the root.
fn route_is_own(path: &str) -> bool {
    path.contains("/x/dev.berth/")
}
