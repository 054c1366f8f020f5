//! Cargo.

use registry::model::Package;
use registry_ownership::{Hosts, Ownership};
use serde_json::json;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer};

use crate::world::{self, LONG, World, at_first, check, get, package, refused, refused_for_now};

const POINTER: &str = "/api/v1/crates/acme-widget/1.2.0/readme";
const VERSION: &str = "/api/v1/crates/acme-widget/1.2.0";
const CRATE: &str = "/api/v1/crates/acme-widget";
const README: &str = "/readmes/acme-widget/acme-widget-1.2.0.html";
const HTML: &str = "<h1>Widget</h1>\n<p>mcp-name: io.github.acme/widget</p>\n";

fn widget() -> Package {
    package("cargo", "acme-widget", "1.2.0")
}

/// The world, with the API and the store of READMEs.
async fn crates() -> (World, MockServer, MockServer) {
    let mut world = World::default();
    let (api, store) = (world.host("crates.io").await, world.host("static.crates.io").await);
    (world, api, store)
}

fn pointer(url: &str) -> wiremock::ResponseTemplate {
    world::json(json!({"url": url}))
}

async fn with_pointer() -> (World, MockServer, MockServer) {
    let (world, api, store) = crates().await;
    get(&api, POINTER, pointer(&format!("https://static.crates.io{README}"))).await;
    (world, api, store)
}

#[tokio::test]
async fn a_readme_that_names_the_server() {
    let (world, api, store) = crates().await;
    Mock::given(method("GET"))
        .and(path(POINTER))
        .and(header("accept", "application/json"))
        .respond_with(pointer(&format!("https://static.crates.io{README}")))
        .expect(1)
        .mount(&api)
        .await;
    Mock::given(method("GET"))
        .and(path(README))
        .and(header("accept", "text/html"))
        .respond_with(world::text(HTML))
        .expect(1)
        .mount(&store)
        .await;
    assert_eq!(check(&world.public(), &widget()).await, Ok(()));
}

#[tokio::test]
async fn a_readme_that_does_not() {
    let (world, _api, store) = with_pointer().await;
    at_first(&store, README, 1, world::text("<h1>Widget</h1>")).await;
    get(&store, README, world::text("mcp-name: io.github.acme/widget-pro")).await;
    assert_eq!(
        refused(&world.public(), &widget()).await,
        "cargo package 'acme-widget' version '1.2.0' ownership validation failed. The server name \
         'io.github.acme/widget' must appear as 'mcp-name: io.github.acme/widget' in the package README"
    );
    assert_eq!(
        refused(&world.public(), &widget()).await,
        "cargo package 'acme-widget' version '1.2.0' ownership validation failed: found 'mcp-name: \
         io.github.acme/widget' in the README, but it is immediately followed by \"-\" rather than a boundary. The token \
         must be followed by a space, newline, or an HTML tag — put it on its own line and publish a new version"
    );
}

#[tokio::test]
async fn fields_that_are_wrong_need_no_request() {
    let (world, api, _store) = crates().await;
    for (package, expected) in [
        (package("cargo", "", "1"), "package identifier is required for Cargo packages"),
        (package("cargo", "x", ""), "package version is required for Cargo packages"),
        (
            Package { file_sha256: Some("0".repeat(64)), ..widget() },
            "cargo packages must not have 'fileSha256' field - this is only for MCPB packages",
        ),
        (
            Package { registry_base_url: Some("https://lib.rs".to_owned()), ..widget() },
            "registry type and base URL do not match: 'https://lib.rs' is not valid for registry type 'cargo'. Expected: \
             https://crates.io",
        ),
    ] {
        assert_eq!(refused(&world.public(), &package).await, expected);
    }
    assert_eq!(world::asked(&api).await, 0);
}

#[tokio::test]
async fn a_version_that_is_missing() {
    let (world, api, store) = with_pointer().await;
    get(&store, README, world::status(403)).await;
    get(&api, VERSION, world::status(404)).await;
    get(&api, CRATE, world::status(404)).await;
    let reason = "cargo package 'acme-widget' version '1.2.0' not found on crates.io";
    assert_eq!(refused(&world.public(), &widget()).await, reason);
    assert_eq!((world::asked(&api).await, world::asked(&store).await), (3, 1));

    api.reset().await;
    get(&api, POINTER, pointer(&format!("https://static.crates.io{README}"))).await;
    get(&api, VERSION, world::status(404)).await;
    get(&api, CRATE, world::json(json!({"crate": {}}))).await;
    assert_eq!(refused_for_now(&world.hasty(), &widget()).await, reason);
}

#[tokio::test]
async fn a_readme_that_is_not_rendered_yet() {
    let (world, api, store) = with_pointer().await;
    get(&api, VERSION, world::json(json!({"version": {}}))).await;
    at_first(&store, README, 2, world::status(403)).await;
    get(&store, README, world::text(HTML)).await;
    assert_eq!(check(&world.public(), &widget()).await, Ok(()));

    store.reset().await;
    get(&store, README, world::status(403)).await;
    assert_eq!(
        refused_for_now(&world.hasty(), &widget()).await,
        "cargo package 'acme-widget' version '1.2.0' exists on crates.io, but its rendered README could not be retrieved \
         (status: 403). If it has no README, add one containing 'mcp-name: io.github.acme/widget' and publish a new \
         version"
    );
}

#[tokio::test]
async fn a_probe_that_says_nothing() {
    let (world, api, store) = with_pointer().await;
    get(&store, README, world::status(403)).await;
    at_first(&api, VERSION, 1, world::status(401)).await;
    get(&api, VERSION, world::status(503)).await;
    assert_eq!(
        refused(&world.public(), &widget()).await,
        "cargo package 'acme-widget' version '1.2.0' not found on crates.io (status: 403)"
    );
    assert_eq!(
        refused_for_now(&world.hasty(), &widget()).await,
        "crates.io could not confirm cargo package 'acme-widget' version '1.2.0' (README status: 403, version check \
         inconclusive) — likely transient, retry later"
    );
}

#[tokio::test]
async fn busy_and_broken() {
    let (world, api, store) = crates().await;
    at_first(&api, POINTER, 1, world::status(429).insert_header("retry-after", "0")).await;
    at_first(&api, POINTER, 1, world::status(502)).await;
    get(&api, POINTER, pointer(&format!("https://static.crates.io{README}"))).await;
    at_first(&store, README, 1, world::status(500)).await;
    at_first(&store, README, 1, world::status(429)).await;
    get(&store, README, world::text(HTML)).await;
    assert_eq!(check(&world.public(), &widget()).await, Ok(()));

    for (code, expected, transient) in [
        (
            429,
            "crates.io rate-limited the metadata request for cargo package 'acme-widget' (status: 429) — likely \
             transient, retry later",
            true,
        ),
        (
            500,
            "crates.io upstream error fetching metadata for cargo package 'acme-widget' (status: 500) — likely \
             transient, retry later",
            true,
        ),
        (404, "cargo package 'acme-widget' metadata fetch failed (status: 404)", false),
    ] {
        api.reset().await;
        get(&api, POINTER, world::status(code)).await;
        let ownership = world.hasty();
        let reason =
            if transient { refused_for_now(&ownership, &widget()).await } else { refused(&ownership, &widget()).await };
        assert_eq!(reason, expected);
    }
}

#[tokio::test]
async fn pointers_that_are_not_followed() {
    let unexpected = |place: &str| {
        format!(
            "cargo package 'acme-widget': crates.io returned a README URL on an unexpected host/scheme \"{place}\" — \
             refusing to fetch"
        )
    };
    for (answer, expected) in [
        (world::json(json!({})), "cargo package 'acme-widget' metadata response missing 'url' field".to_owned()),
        (pointer(""), "cargo package 'acme-widget' metadata response missing 'url' field".to_owned()),
        (pointer("/x"), "cargo package 'acme-widget': crates.io returned an unparseable README URL".to_owned()),
        (pointer("https://evil.example/x"), unexpected("https://evil.example")),
        (pointer("http://static.crates.io/x"), unexpected("http://static.crates.io")),
        (pointer("https://static.crates.io:8443/x"), unexpected("https://static.crates.io:8443")),
        (pointer("https://static.crates.io@10.0.0.1/x"), unexpected("https://10.0.0.1")),
        (pointer("http://169.254.169.254/latest"), unexpected("http://169.254.169.254")),
        (
            world::text("<html>"),
            "failed to parse crates.io readme metadata: expected value at line 1 column 1".to_owned(),
        ),
        (
            world::text(" ".repeat(64 * 1024 + 1)),
            "failed to fetch package metadata from crates.io: the answer is larger than 65536 bytes".to_owned(),
        ),
    ] {
        let (world, api, store) = crates().await;
        get(&api, POINTER, answer).await;
        assert_eq!(refused(&world.public(), &widget()).await, expected);
        assert_eq!(world::asked(&store).await, 0);
    }
}

#[tokio::test]
async fn redirects_stay_on_the_two_hosts() {
    let (mut world, api, store) = with_pointer().await;
    let evil = world.host("evil.example").await;
    get(&store, README, world::found("https://crates.io/moved")).await;
    get(&api, "/moved", world::found("https://static.crates.io/here")).await;
    get(&store, "/here", world::text(HTML)).await;
    assert_eq!(check(&world.public(), &widget()).await, Ok(()));
    for target in ["https://evil.example/x", "http://crates.io/x", "https://crates.io:444/x", "https://127.0.0.1/x"] {
        store.reset().await;
        get(&store, README, world::found(target)).await;
        let place = target.strip_suffix("/x").unwrap();
        assert_eq!(
            refused(&world.public(), &widget()).await,
            format!("failed to fetch rendered README from crates.io: refusing redirect to {place}")
        );
    }
    assert_eq!(world::asked(&evil).await, 0);
    store.reset().await;
    get(&store, README, world::found(README)).await;
    assert_eq!(
        refused(&world.public(), &widget()).await,
        "failed to fetch rendered README from crates.io: redirects more than 10 times"
    );
}

#[tokio::test]
async fn a_readme_that_is_too_large() {
    let (world, _api, store) = with_pointer().await;
    get(&store, README, world::text(format!("{}{HTML}", "x".repeat(5 * 1024 * 1024)))).await;
    assert_eq!(
        refused(&world.public(), &widget()).await,
        "failed to fetch rendered README from crates.io: the answer is larger than 5242880 bytes"
    );
}

#[tokio::test]
async fn a_mirror_of_the_operator() {
    let server = MockServer::start().await;
    get(&server, &format!("/crates{POINTER}"), pointer(&format!("{}/files/x.html", server.uri()))).await;
    get(&server, "/files/x.html", world::text(HTML)).await;
    let url = format!("{}/crates", server.uri());
    let hosts = Hosts { crates_io: Some(url.parse().unwrap()), ..Hosts::default() };
    assert_eq!(check(&Ownership::with(world::quick(hosts, LONG)).unwrap(), &widget()).await, Ok(()));
}
