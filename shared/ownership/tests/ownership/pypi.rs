//! `PyPI`.

use registry::model::Package;
use registry_ownership::{Hosts, Ownership};
use serde_json::{Value, json};
use wiremock::MockServer;

use crate::world::{self, LONG, World, at_first, check, get, head, package, refused, refused_for_now};

const AT: &str = "/pypi/acme-widget/1.2.0/json";

fn widget() -> Package {
    package("pypi", "acme-widget", "1.2.0")
}

/// A version as pypi.org describes it.
fn version(description: impl Into<Value>) -> Value {
    json!({
        "info": {
            "name": "acme-widget", "version": "1.2.0", "description": description.into(), "yanked": false,
            "description_content_type": "text/markdown", "project_urls": null, "requires_dist": ["mcp>=1.0"]
        },
        "last_serial": 1, "urls": [{"packagetype": "sdist", "digests": {"sha256": "x"}}], "vulnerabilities": []
    })
}

async fn pypi() -> (World, MockServer) {
    let mut world = World::default();
    let server = world.host("pypi.org").await;
    (world, server)
}

#[tokio::test]
async fn a_readme_that_names_the_server() {
    for readme in [
        "# Widget\n\nmcp-name: io.github.acme/widget\n",
        "<!-- mcp-name: io.github.acme/widget-->",
        "mcp-name: io.github.acme/widget-pro and mcp-name: io.github.acme/widget",
    ] {
        let (world, server) = pypi().await;
        get(&server, AT, world::json(version(readme))).await;
        assert_eq!(check(&world.public(), &widget()).await, Ok(()), "{readme}");
    }
}

#[tokio::test]
async fn a_readme_that_does_not() {
    let absent = "PyPI package 'acme-widget' ownership validation failed. The server name 'io.github.acme/widget' must \
                  appear as 'mcp-name: io.github.acme/widget' in the package README";
    for (readme, expected) in [
        (json!("# Widget"), absent),
        (json!("mcp-name: io.github.Acme/widget"), absent),
        (Value::Null, absent),
        (
            json!("mcp-name: io.github.acme/widget-pro"),
            "PyPI package 'acme-widget' ownership validation failed: found 'mcp-name: io.github.acme/widget' in the \
             README, but it is immediately followed by \"-\" rather than a boundary. The token must be followed by a \
             space, newline, an HTML tag, or a comment close ('-->') — put it on its own line and republish",
        ),
    ] {
        let (world, server) = pypi().await;
        get(&server, AT, world::json(version(readme))).await;
        assert_eq!(refused(&world.public(), &widget()).await, expected);
    }
}

#[tokio::test]
async fn fields_that_are_wrong_need_no_request() {
    let (world, server) = pypi().await;
    for (package, expected) in [
        (package("pypi", "", "1"), "package identifier is required for PyPI packages"),
        (package("pypi", "x", ""), "package version is required for PyPI packages"),
        (
            Package { file_sha256: Some("0".repeat(64)), ..widget() },
            "PyPI packages must not have 'fileSha256' field - this is only for MCPB packages",
        ),
        (
            Package { registry_base_url: Some("https://test.pypi.org".to_owned()), ..widget() },
            "registry type and base URL do not match: 'https://test.pypi.org' is not valid for registry type 'pypi'. \
             Expected: https://pypi.org",
        ),
        (package("pypi", "a/../b", "1"), "package identifier must not contain '.' or '..' as a segment: a/../b"),
        (package("pypi", "a\tb", "1"), "package identifier must not contain control characters: a\u{fffd}b"),
    ] {
        let error = check(&world.public(), &package).await.unwrap_err().to_string();
        assert!(error.ends_with(expected), "{error}");
    }
    assert_eq!(world::asked(&server).await, 0);
}

#[tokio::test]
async fn an_identifier_stays_one_segment() {
    let (world, server) = pypi().await;
    get(&server, "/pypi/other%2F1.0%2Fjson%3Fx=%23/1.2.0/json", world::json(version(""))).await;
    let reason = refused(&world.public(), &package("pypi", "other/1.0/json?x=#", "1.2.0")).await;
    assert!(reason.contains("must appear as"), "{reason}");
}

#[tokio::test]
async fn a_spelling_that_is_redirected() {
    let (world, server) = pypi().await;
    get(&server, "/pypi/Acme_Widget/1.2.0/json", world::found(AT)).await;
    get(&server, AT, world::json(version("mcp-name: io.github.acme/widget"))).await;
    assert_eq!(check(&world.public(), &package("pypi", "Acme_Widget", "1.2.0")).await, Ok(()));
}

#[tokio::test]
async fn missing_packages_and_versions() {
    let (world, server) = pypi().await;
    get(&server, AT, world::status(404)).await;
    head(&server, "/pypi/acme-widget/json", world::status(404)).await;
    assert_eq!(refused(&world.public(), &widget()).await, "PyPI package 'acme-widget' not found (status: 404)");
    assert_eq!(world::asked(&server).await, 2);

    server.reset().await;
    head(&server, "/pypi/acme-widget/json", world::status(200)).await;
    at_first(&server, AT, 2, world::status(404)).await;
    get(&server, AT, world::json(version("mcp-name: io.github.acme/widget"))).await;
    assert_eq!(check(&world.public(), &widget()).await, Ok(()));

    server.reset().await;
    head(&server, "/pypi/acme-widget/json", world::status(200)).await;
    get(&server, AT, world::status(404)).await;
    assert_eq!(
        refused_for_now(&world.hasty(), &widget()).await,
        "PyPI package 'acme-widget' exists, but version '1.2.0' was not found (status: 404). A newly published release \
         can take a moment to appear on PyPI. Wait and retry, or publish version '1.2.0' before registering it"
    );
}

#[tokio::test]
async fn busy_and_broken() {
    let (world, server) = pypi().await;
    at_first(&server, AT, 1, world::status(429).insert_header("retry-after", "0")).await;
    at_first(&server, AT, 1, world::status(500)).await;
    get(&server, AT, world::json(version("mcp-name: io.github.acme/widget"))).await;
    assert_eq!(check(&world.public(), &widget()).await, Ok(()));

    server.reset().await;
    get(&server, AT, world::status(503)).await;
    assert_eq!(
        refused_for_now(&world.hasty(), &widget()).await,
        "PyPI upstream error fetching metadata for package 'acme-widget' (status: 503). Likely transient, retry later"
    );

    server.reset().await;
    get(&server, AT, world::status(403)).await;
    assert_eq!(
        refused(&world.public(), &widget()).await,
        "PyPI package 'acme-widget' metadata fetch failed (status: 403)"
    );

    server.reset().await;
    get(&server, AT, world::text("<html>")).await;
    assert!(refused(&world.public(), &widget()).await.starts_with("failed to parse PyPI package metadata: "));

    server.reset().await;
    get(&server, AT, world::json(version("x".repeat(6_000_000)))).await;
    assert_eq!(
        refused(&world.public(), &widget()).await,
        "failed to fetch package metadata from PyPI: the answer is larger than 5242880 bytes"
    );
}

#[tokio::test]
async fn a_mirror_of_the_operator() {
    let server = MockServer::start().await;
    get(&server, AT, world::json(version("mcp-name: io.github.acme/widget"))).await;
    let hosts = Hosts { pypi: Some(server.uri().parse().unwrap()), ..Hosts::default() };
    assert_eq!(check(&Ownership::with(world::quick(hosts, LONG)).unwrap(), &widget()).await, Ok(()));
}
