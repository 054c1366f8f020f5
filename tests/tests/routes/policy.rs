//! Every route with who may call it and how long its answer may be kept.

use std::collections::{BTreeMap, BTreeSet};

use berth_tests::{Registry, Version};

/// The policy of each route: authentication, then the `Cache-Control` of a success.
fn policy(path: &str) -> Option<(&'static str, &'static str)> {
    const CATALOGUE: &str = "public, max-age=0, s-maxage=30, stale-while-revalidate=60, stale-if-error=86400";
    const VERSION: &str = "public, max-age=60, s-maxage=300, stale-while-revalidate=600, stale-if-error=86400";
    let route = path.strip_prefix("/v0.1").or_else(|| path.strip_prefix("/v0")).unwrap_or(path);
    Some(match route {
        "/servers" | "/servers/{serverName}/versions" => ("nobody asks", CATALOGUE),
        "/servers/{serverName}/versions/{version}" => ("nobody asks", VERSION),
        "/health" | "/readiness" | "/ping" | "/version" => ("nobody asks", "no-store"),
        _ => return None,
    })
}

#[tokio::test]
async fn every_route_has_its_policy() {
    let registry = Registry::with(&[Version::new("io.x/yy", "1.0.0")]).await;
    let document = berth_local::documented(&registry.stores.catalogue()).into_openapi();
    let client = registry.client();
    let mut seen = BTreeMap::new();
    for (path, item) in document.paths.paths {
        let Some((authentication, cache)) = policy(&path) else { panic!("{path} has no policy: give it one here") };
        let only_reads = item.get.is_some() && item.post.is_none() && item.put.is_none() && item.patch.is_none();
        assert!(only_reads && authentication == "nobody asks", "{path}");
        let url = path.replace("{serverName}", "io.x%2Fyy").replace("{version}", "1.0.0");
        let answer = client.get(&url).await;
        assert_eq!((answer.status, answer.header("cache-control")), (200, Some(cache)), "{path}");
        seen.insert(path, cache);
    }
    let latest = client.get("/v0.1/servers/io.x%2Fyy/versions/latest").await;
    assert!(latest.header("cache-control").unwrap().starts_with("public, max-age=0,"), "latest moves with a publish");
    let versioned: BTreeSet<&str> = seen.keys().filter_map(|path| path.strip_prefix("/v0.1")).collect();
    let development: BTreeSet<&str> =
        seen.keys().filter_map(|path| path.strip_prefix("/v0/").map(|_| &path[3..])).collect();
    assert_eq!(versioned, development, "/v0 and /v0.1 have the same routes");
}
