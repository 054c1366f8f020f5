//! npm.

use std::time::Duration;

use registry::model::Package;
use registry_ownership::{Hosts, Ownership};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer};

use crate::world::{self, LONG, NAME, SHORT, World, at_first, check, get, head, package, refused, refused_for_now};

const AT: &str = "/widget/1.2.0";

fn widget() -> Package {
    package("npm", "widget", "1.2.0")
}

/// A version as registry.npmjs.org describes it.
fn version(mcp_name: Value) -> Value {
    json!({
        "name": "widget", "version": "1.2.0", "mcpName": mcp_name, "bin": {"widget": "dist/index.js"},
        "_id": "widget@1.2.0", "dist": {"integrity": "sha512-x", "fileCount": 3, "signatures": [{"keyid": "SHA256:x"}]},
        "_npmUser": {"name": "acme"}, "maintainers": [{"name": "acme"}], "_hasShrinkwrap": false
    })
}

async fn npm() -> (World, MockServer) {
    let mut world = World::default();
    let server = world.host("registry.npmjs.org").await;
    (world, server)
}

#[tokio::test]
async fn a_version_that_names_the_server() {
    let (world, server) = npm().await;
    Mock::given(method("GET"))
        .and(path("/@acme%2Fwidget/1.2.0"))
        .and(header("accept", "application/json"))
        .and(header("host", "registry.npmjs.org"))
        .and(|request: &wiremock::Request| request.headers["user-agent"].to_str().unwrap().starts_with("berth/"))
        .respond_with(world::json(version(json!(NAME))))
        .expect(1)
        .mount(&server)
        .await;
    assert_eq!(check(&world.public(), &package("npm", "@acme/widget", "1.2.0")).await, Ok(()));
}

#[tokio::test]
async fn the_name_must_be_the_same_to_the_letter() {
    for (found, expected) in [
        (
            json!("io.github.Acme/widget"),
            "NPM package 'widget' version '1.2.0' ownership validation failed. Expected mcpName \
             'io.github.acme/widget', got 'io.github.Acme/widget'",
        ),
        (
            Value::Null,
            "NPM package 'widget' version '1.2.0' is missing required 'mcpName' field. Add this to your package.json: \
             \"mcpName\": \"io.github.acme/widget\"",
        ),
        (
            json!(""),
            "NPM package 'widget' version '1.2.0' is missing required 'mcpName' field. Add this to your package.json: \
             \"mcpName\": \"io.github.acme/widget\"",
        ),
    ] {
        let (world, server) = npm().await;
        get(&server, AT, world::json(version(found))).await;
        assert_eq!(refused(&world.public(), &widget()).await, expected);
    }
}

#[tokio::test]
async fn what_a_registry_says_is_not_repeated_at_length() {
    let (world, server) = npm().await;
    get(&server, AT, world::json(version(json!(format!("a\n{}", "x".repeat(100_000)))))).await;
    let reason = refused(&world.public(), &widget()).await;
    assert!(reason.len() < 500 && !reason.contains('\n'), "{reason}");
}

#[tokio::test]
async fn fields_that_are_wrong_need_no_request() {
    let (world, server) = npm().await;
    let ownership = world.public();
    for (package, expected) in [
        (package("npm", "", "1.2.0"), "package identifier is required for NPM packages"),
        (package("npm", "widget", ""), "package version is required for NPM packages"),
        (Package { file_sha256: Some("0".repeat(64)), ..widget() }, "NPM packages must not have 'fileSha256' field"),
        (
            Package { registry_base_url: Some("https://npm.evil.example".to_owned()), ..widget() },
            "registry type and base URL do not match: 'https://npm.evil.example' is not valid for registry type 'npm'. \
             Expected: https://registry.npmjs.org",
        ),
        (package("npm", "..", "1.2.0"), "package identifier must not contain '.' or '..' as a segment: .."),
        (package("npm", "widget", "../x"), "package version must not contain '.' or '..' as a segment: ../x"),
    ] {
        assert_eq!(refused(&ownership, &package).await, expected);
    }
    assert_eq!(world::asked(&server).await, 0);
}

#[tokio::test]
async fn a_missing_package_is_not_waited_for() {
    let (world, server) = npm().await;
    get(&server, AT, world::status(404)).await;
    head(&server, "/widget", world::status(404)).await;
    assert_eq!(refused(&world.public(), &widget()).await, "NPM package 'widget' not found (status: 404)");
    assert_eq!(world::asked(&server).await, 2);
}

#[tokio::test]
async fn a_version_that_is_on_its_way_is_waited_for() {
    let (world, server) = npm().await;
    at_first(&server, AT, 3, world::status(404)).await;
    get(&server, AT, world::json(version(json!(NAME)))).await;
    head(&server, "/widget", world::status(200)).await;
    assert_eq!(check(&world.public(), &widget()).await, Ok(()));
    assert_eq!(world::asked(&server).await, 7);
}

#[tokio::test]
async fn a_version_that_does_not_come_is_missing_for_now() {
    let (world, server) = npm().await;
    get(&server, AT, world::status(404)).await;
    head(&server, "/widget", world::status(200)).await;
    assert_eq!(
        refused_for_now(&world.hasty(), &widget()).await,
        "NPM package 'widget' exists, but version '1.2.0' was not found (status: 404). A newly published release can \
         take a moment to appear on the registry. Wait and retry, or publish version '1.2.0' before registering it"
    );
}

#[tokio::test]
async fn a_probe_that_says_nothing() {
    let (world, server) = npm().await;
    get(&server, AT, world::status(404)).await;
    head(&server, "/widget", world::status(403)).await;
    assert_eq!(
        refused(&world.public(), &widget()).await,
        "NPM package 'widget' version '1.2.0' not found (status: 404)"
    );
    server.reset().await;
    get(&server, AT, world::status(404)).await;
    head(&server, "/widget", world::status(503)).await;
    assert_eq!(
        refused_for_now(&world.hasty(), &widget()).await,
        "NPM could not confirm package 'widget' version '1.2.0' (version status: 404, package check inconclusive). \
         Likely transient, retry later"
    );
}

#[tokio::test]
async fn a_busy_registry_is_asked_again() {
    let (world, server) = npm().await;
    at_first(&server, AT, 1, world::status(429).insert_header("retry-after", "0")).await;
    at_first(&server, AT, 1, world::status(502)).await;
    at_first(&server, AT, 1, world::status(503)).await;
    get(&server, AT, world::json(version(json!(NAME)))).await;
    assert_eq!(check(&world.public(), &widget()).await, Ok(()));
    assert_eq!(world::asked(&server).await, 4);
}

#[tokio::test]
async fn a_registry_that_stays_busy() {
    let (world, server) = npm().await;
    get(&server, AT, world::status(503)).await;
    let ownership = Ownership::with(world.settings(Hosts::default(), SHORT)).unwrap();
    assert_eq!(
        refused_for_now(&ownership, &widget()).await,
        "NPM upstream error fetching metadata for package 'widget' (status: 503). Likely transient, retry later"
    );
    assert!(world::asked(&server).await > 1);
}

#[tokio::test]
async fn a_wait_beyond_the_budget_is_not_waited_for() {
    let (world, server) = npm().await;
    get(&server, AT, world::status(429).insert_header("retry-after", "3600")).await;
    assert_eq!(
        refused_for_now(&world.public(), &widget()).await,
        "NPM rate-limited the metadata request for package 'widget' (status: 429). Likely transient, retry later"
    );
    assert_eq!(world::asked(&server).await, 1);
}

#[tokio::test]
async fn other_refusals_are_final() {
    for code in [401, 403, 410, 204] {
        let (world, server) = npm().await;
        get(&server, AT, world::status(code)).await;
        let expected = format!("NPM package 'widget' metadata fetch failed (status: {code})");
        assert_eq!(refused(&world.public(), &widget()).await, expected);
        assert_eq!(world::asked(&server).await, 1);
    }
}

#[tokio::test]
async fn a_slow_answer_is_asked_for_again() {
    let (world, server) = npm().await;
    at_first(&server, AT, 1, world::status(200).set_delay(Duration::from_secs(60))).await;
    get(&server, AT, world::json(version(json!(NAME)))).await;
    let mut settings = world.settings(Hosts::default(), LONG);
    settings.dial.timeout = Duration::from_secs(1);
    assert_eq!(check(&Ownership::with(settings).unwrap(), &widget()).await, Ok(()));
}

#[tokio::test]
async fn answers_that_are_always_slow() {
    let (world, server) = npm().await;
    get(&server, AT, world::status(200).set_delay(Duration::from_secs(60))).await;
    let mut settings = world.settings(Hosts::default(), SHORT);
    assert_eq!(
        refused_for_now(&Ownership::with(settings.clone()).unwrap(), &widget()).await,
        "no answer from registry.npmjs.org within 2 seconds. Likely transient, retry later"
    );
    settings.dial.timeout = Duration::from_millis(100);
    assert_eq!(
        refused_for_now(&Ownership::with(settings).unwrap(), &widget()).await,
        "failed to fetch package metadata from NPM: timed out"
    );
}

#[tokio::test]
async fn answers_that_cannot_be_read() {
    let (world, server) = npm().await;
    get(&server, AT, world::text("<!DOCTYPE html><title>Sign in</title>")).await;
    assert_eq!(
        refused(&world.public(), &widget()).await,
        "failed to parse NPM package metadata: expected value at line 1 column 1"
    );
    server.reset().await;
    get(&server, AT, world::json(json!({"mcpName": ["x"]}))).await;
    assert!(
        refused(&world.public(), &widget()).await.starts_with("failed to parse NPM package metadata: invalid type")
    );
    server.reset().await;
    get(&server, AT, world::text("x".repeat(5 * 1024 * 1024 + 1))).await;
    assert_eq!(
        refused(&world.public(), &widget()).await,
        "failed to fetch package metadata from NPM: the answer is larger than 5242880 bytes"
    );
}

#[tokio::test]
async fn redirects_stay_on_the_host() {
    let (mut world, server) = npm().await;
    let other = world.host("other.example").await;
    get(&server, AT, world::found("/elsewhere")).await;
    get(&server, "/elsewhere", world::json(version(json!(NAME)))).await;
    assert_eq!(check(&world.public(), &widget()).await, Ok(()));
    for target in ["https://other.example/x", "http://registry.npmjs.org/x", "http://169.254.169.254/x"] {
        server.reset().await;
        get(&server, AT, world::found(target)).await;
        let place = target.strip_suffix("/x").unwrap();
        assert_eq!(
            refused(&world.public(), &widget()).await,
            format!("failed to fetch package metadata from NPM: refusing redirect to {place}")
        );
    }
    assert_eq!(world::asked(&other).await, 0);
    server.reset().await;
    get(&server, AT, world::found(AT)).await;
    assert_eq!(
        refused(&world.public(), &widget()).await,
        "failed to fetch package metadata from NPM: redirects more than 10 times"
    );
    assert_eq!(world::asked(&server).await, 11);
}

#[tokio::test]
async fn a_mirror_of_the_operator() {
    let server = MockServer::start().await;
    get(&server, "/npm/widget/1.2.0", world::json(version(json!(NAME)))).await;
    let url = format!("{}/npm", server.uri());
    let hosts = Hosts { npm: Some(url.parse().unwrap()), ..Hosts::default() };
    let ownership = Ownership::with(world::quick(hosts, LONG)).unwrap();
    for base in [None, Some("https://registry.npmjs.org".to_owned()), Some(url.clone()), Some(format!("{url}/"))] {
        let package = Package { registry_base_url: base, ..widget() };
        assert_eq!(check(&ownership, &package).await, Ok(()));
    }
    let other = Package { registry_base_url: Some("https://npm.other".to_owned()), ..widget() };
    assert_eq!(
        refused(&ownership, &other).await,
        format!(
            "registry type and base URL do not match: 'https://npm.other' is not valid for registry type 'npm'. \
             Expected: https://registry.npmjs.org or {url}"
        )
    );
}

#[tokio::test]
async fn a_mirror_that_is_not_there() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let hosts = Hosts { npm: Some(url.parse().unwrap()), ..Hosts::default() };
    let ownership = Ownership::with(world::impatient(world::quick(hosts, LONG))).unwrap();
    let reason = refused_for_now(&ownership, &widget()).await;
    assert!(reason.starts_with("failed to fetch package metadata from NPM: Connection refused"), "{reason}");
}
