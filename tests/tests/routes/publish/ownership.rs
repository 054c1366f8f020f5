//! Whether packages are the publisher's: cases 48 to 52 on the routes. `registry-ownership` has the tests of each registry.

use std::sync::Arc;
use std::time::Duration;

use berth_local::Access;
use berth_tests::{Client, Publisher, Registry, access, document};
use registry_ownership::{Hosts, Ownership, Retry, Settings};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const NAME: &str = "io.github.acme/widget";

/// A registry whose npm and PyPI are played by one server.
struct Checked {
    registry: Registry,
    packages: MockServer,
    publisher: Publisher,
}

async fn checked() -> Checked {
    let packages = MockServer::start().await;
    let mirror = || Some(packages.uri().parse().unwrap());
    let mut settings = Settings::new(Hosts { npm: mirror(), pypi: mirror(), ..Hosts::default() });
    let quick = Duration::from_millis(1);
    settings.retry = Retry { budget: Duration::from_millis(300), first_delay: quick, longest_delay: quick };
    let ownership = Some(Arc::new(Ownership::with(settings).unwrap()));
    let registry = Registry::new().await;
    let services = registry.stores.services(&Access { ownership, ..access() }).unwrap();
    let publisher = Publisher::of_all(Client::new(berth_local::edge(&services)));
    Checked { registry, packages, publisher }
}

impl Checked {
    async fn answers(&self, verb: &str, url: &str, answer: ResponseTemplate) {
        Mock::given(method(verb)).and(path(url)).respond_with(answer).mount(&self.packages).await;
    }

    /// The one message of a refused publish of a document with these packages.
    async fn refusal(&self, packages: Value) -> String {
        let (status, detail, errors) = self.publish(packages).await.errors();
        assert_eq!((status, detail.as_str(), errors.len()), (400, "Failed to publish server", 1), "{errors:?}");
        errors.into_iter().next().unwrap()
    }

    async fn publish(&self, packages: Value) -> berth_tests::Answer {
        let mut document = document(NAME, "1.0.0");
        document["packages"] = packages;
        self.publisher.publish(&document).await
    }
}

fn package(kind: &str, identifier: &str, version: Option<&str>) -> Value {
    let mut package = json!({"registryType": kind, "identifier": identifier, "transport": {"type": "stdio"}});
    if let Some(version) = version {
        package["version"] = json!(version);
    }
    package
}

/// Case 48, and the success beside it.
#[tokio::test]
async fn an_npm_package_names_the_server() {
    let checked = checked().await;
    let answer = |name: &str| ResponseTemplate::new(200).set_body_json(json!({"name": "w", "mcpName": name}));
    checked.answers("GET", "/w/1.0.0", answer("io.github.Acme/widget")).await;
    checked.answers("GET", "/@acme%2Fw/1.0.0", answer(NAME)).await;
    let refusal = checked.refusal(json!([package("npm", "w", Some("1.0.0"))])).await;
    assert!(refusal.starts_with("registry validation failed for package 0 (w): "), "{refusal}");
    assert!(refusal.contains(NAME) && refusal.contains("io.github.Acme/widget"), "{refusal}");
    let good = json!([package("npm", "@acme/w", Some("1.0.0"))]);
    checked.publish(good.clone()).await.ok();
    // The repeat asks nobody: the package registry may be down by now.
    checked.packages.reset().await;
    checked.publish(good).await.ok();
}

/// Case 49.
#[tokio::test]
async fn a_missing_version_is_told_from_a_missing_package() {
    let checked = checked().await;
    checked.answers("GET", "/w/9.9.9", ResponseTemplate::new(404)).await;
    checked.answers("HEAD", "/w", ResponseTemplate::new(200)).await;
    checked.answers("GET", "/nobody/1.0.0", ResponseTemplate::new(404)).await;
    checked.answers("HEAD", "/nobody", ResponseTemplate::new(404)).await;
    let refusal = checked.refusal(json!([package("npm", "w", Some("9.9.9"))])).await;
    assert!(refusal.contains("exists, but version") && refusal.contains("was not found"), "{refusal}");
    let refusal = checked.refusal(json!([package("npm", "nobody", Some("1.0.0"))])).await;
    assert!(refusal.contains("not found (status: 404)"), "{refusal}");
}

/// Case 50.
#[tokio::test]
async fn a_token_in_a_readme_is_the_whole_name() {
    let checked = checked().await;
    let readme = |text: &str| ResponseTemplate::new(200).set_body_json(json!({"info": {"description": text}}));
    checked.answers("GET", "/pypi/glued/1.0.0/json", readme("<!-- mcp-name: io.github.acme/widget-pro -->")).await;
    checked.answers("GET", "/pypi/whole/1.0.0/json", readme("<!-- mcp-name: io.github.acme/widget--> ")).await;
    let refusal = checked.refusal(json!([package("pypi", "glued", Some("1.0.0"))])).await;
    assert!(refusal.contains(NAME), "{refusal}");
    checked.publish(json!([package("pypi", "whole", Some("1.0.0"))])).await.ok();
}

/// Cases 51 and 52: what is refused before anybody is asked.
#[tokio::test]
async fn references_have_their_rules() {
    let checked = checked().await;
    let with = |mut package: Value, field: &str, value: &str| {
        package[field] = json!(value);
        package
    };
    let image = || package("oci", "docker.io/acme/w:1", None);
    let sha = "a".repeat(64);
    let bundle = |url: &str| with(package("mcpb", url, None), "fileSha256", &sha);
    for (package, part) in [
        (package("oci", "gcr.io/acme/w:1", None), "gcr.io"),
        (with(image(), "registryBaseUrl", "https://docker.io"), "registryBaseUrl"),
        (with(image(), "version", "1"), "version"),
        (package("mcpb", "https://github.com/a/b/releases/download/v1/mcp.mcpb", None), "fileSha256"),
        (bundle("https://example.com/mcp.mcpb"), "example.com"),
        (bundle("https://github.com/a/b/raw/main/mcp.mcpb"), "https://github.com/a/b/raw/main/mcp.mcpb"),
        (bundle("https://github.com/a/b/releases/download/v1/x.zip"), "mcp"),
        (package("homebrew", "w", Some("1")), "unsupported registry type: homebrew"),
    ] {
        let refusal = checked.refusal(json!([package])).await;
        assert!(refusal.contains(part), "{package}: {refusal}");
    }
}

#[tokio::test]
async fn the_first_package_that_fails_is_named_and_nothing_is_written() {
    let checked = checked().await;
    let answer = ResponseTemplate::new(200).set_body_json(json!({"mcpName": NAME}));
    checked.answers("GET", "/w/1.0.0", answer).await;
    checked.answers("GET", "/x/1.0.0", ResponseTemplate::new(401)).await;
    let packages =
        json!([package("npm", "w", Some("1.0.0")), package("npm", "x", Some("1.0.0")), package("who", "y", None)]);
    assert!(checked.refusal(packages).await.starts_with("registry validation failed for package 1 (x): "));
    assert_eq!(checked.registry.serial().await.0, 0);
}
