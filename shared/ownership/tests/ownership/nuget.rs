//! `NuGet`.

use registry::model::Package;
use registry_ownership::{Hosts, Ownership};
use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer};

use crate::world::{self, LONG, World, at_first, check, get, package, refused, refused_for_now};

const INDEX: &str = "/v3/index.json";
const README: &str = "/v3-flatcontainer/acme.widget/1.2.0-beta/readme";
const VERSIONS: &str = "/v3-flatcontainer/acme.widget/index.json";
const TOKEN: &str = "mcp-name: io.github.acme/widget";

fn widget() -> Package {
    package("nuget", "Acme.Widget", "1.2.0-Beta+build.5")
}

/// A service index as api.nuget.org has it.
fn index(base: &str) -> Value {
    json!({
        "version": "3.0.0",
        "resources": [
            {"@id": "https://azuresearch-usnc.nuget.org/query", "@type": "SearchQueryService", "comment": "x"},
            {"@id": format!("{base}/v3-flatcontainer/"), "@type": "PackageBaseAddress/3.0.0"},
            {
                "@id": format!("{base}/v3-flatcontainer/{{lower_id}}/{{lower_version}}/readme"),
                "@type": "ReadmeUriTemplate/6.13.0"
            }
        ],
        "@context": {"@vocab": "http://schema.nuget.org/services#"}
    })
}

async fn nuget() -> (World, MockServer) {
    let mut world = World::default();
    let server = world.host("api.nuget.org").await;
    (world, server)
}

async fn with_index() -> (World, MockServer) {
    let (world, server) = nuget().await;
    get(&server, INDEX, world::json(index("https://api.nuget.org"))).await;
    (world, server)
}

#[tokio::test]
async fn a_readme_that_names_the_server_and_an_index_that_is_kept() {
    let (world, server) = nuget().await;
    let answer = world::json(index("https://api.nuget.org"));
    Mock::given(path(INDEX)).respond_with(answer).expect(1).mount(&server).await;
    get(&server, README, world::text(format!("# Widget\n<!-- {TOKEN} -->"))).await;
    let ownership = world.public();
    assert_eq!(check(&ownership, &widget()).await, Ok(()));
    assert_eq!(check(&ownership, &widget()).await, Ok(()));
}

#[tokio::test]
async fn a_readme_that_does_not() {
    let (world, server) = with_index().await;
    at_first(&server, README, 1, world::text("# Widget")).await;
    get(&server, README, world::text(format!("{TOKEN}.pro"))).await;
    let ownership = world.public();
    assert_eq!(
        refused(&ownership, &widget()).await,
        "NuGet package 'Acme.Widget' ownership validation for version 1.2.0-Beta+build.5 failed. The server name \
         'io.github.acme/widget' must appear as 'mcp-name: io.github.acme/widget' in the package README. Add it to your \
         README and publish a new package version"
    );
    assert_eq!(
        refused(&ownership, &widget()).await,
        "NuGet package 'Acme.Widget' ownership validation for version 1.2.0-Beta+build.5 failed: found 'mcp-name: \
         io.github.acme/widget' in the README, but it is immediately followed by \".\" rather than a boundary. The token \
         must be followed by a space, newline, an HTML tag, or a comment close ('-->') — put it on its own line and \
         publish a new package version"
    );
}

#[tokio::test]
async fn fields_that_are_wrong_need_no_request() {
    let (world, server) = nuget().await;
    for (package, expected) in [
        (package("nuget", "", "1"), "package identifier is required for NuGet packages"),
        (package("nuget", "x", ""), "package version is required for NuGet packages"),
        (
            Package { file_sha256: Some("0".repeat(64)), ..widget() },
            "NuGet packages must not have 'fileSha256' field - this is only for MCPB packages",
        ),
        (
            Package { registry_base_url: Some("https://api.nuget.org".to_owned()), ..widget() },
            "registry type and base URL do not match: 'https://api.nuget.org' is not valid for registry type 'nuget'. \
             Expected: https://api.nuget.org/v3/index.json",
        ),
    ] {
        assert_eq!(refused(&world.public(), &package).await, expected);
    }
    assert_eq!(world::asked(&server).await, 0);
}

#[tokio::test]
async fn a_package_that_is_missing() {
    let (world, server) = with_index().await;
    get(&server, README, world::status(404)).await;
    get(&server, VERSIONS, world::status(404)).await;
    assert_eq!(
        refused(&world.public(), &widget()).await,
        "NuGet package 'Acme.Widget' does not exist in the registry. If you recently published the package for the first \
         time, wait for validation to complete"
    );
    assert_eq!(world::asked(&server).await, 3);
}

#[tokio::test]
async fn a_package_without_a_readme() {
    let (world, server) = with_index().await;
    get(&server, README, world::status(404)).await;
    get(&server, VERSIONS, world::json(json!({"versions": ["1.0.0", "1.2.0-BETA"]}))).await;
    assert_eq!(
        refused(&world.public(), &widget()).await,
        "NuGet package 'Acme.Widget' ownership validation for version 1.2.0-Beta+build.5 failed because it does not have \
         an embedded README. Add one to your package and publish a new version"
    );
}

#[tokio::test]
async fn a_version_that_is_on_its_way() {
    let (world, server) = with_index().await;
    get(&server, VERSIONS, world::json(json!({"versions": ["1.0.0"]}))).await;
    at_first(&server, README, 2, world::status(404)).await;
    get(&server, README, world::text(TOKEN)).await;
    assert_eq!(check(&world.public(), &widget()).await, Ok(()));

    server.reset().await;
    get(&server, INDEX, world::json(index("https://api.nuget.org"))).await;
    get(&server, VERSIONS, world::json(json!({"versions": ["1.0.0"]}))).await;
    get(&server, README, world::status(404)).await;
    assert_eq!(
        refused_for_now(&world.hasty(), &widget()).await,
        "NuGet package 'Acme.Widget' exists but version 1.2.0-Beta+build.5 does not exist in the registry. If you \
         recently published the version, wait for validation to complete"
    );
}

#[tokio::test]
async fn busy_and_broken() {
    let (world, server) = nuget().await;
    at_first(&server, INDEX, 1, world::status(500)).await;
    get(&server, INDEX, world::json(index("https://api.nuget.org"))).await;
    at_first(&server, README, 1, world::status(429).insert_header("retry-after", "0")).await;
    at_first(&server, README, 1, world::status(404)).await;
    at_first(&server, VERSIONS, 1, world::status(503)).await;
    get(&server, README, world::text(TOKEN)).await;
    assert_eq!(check(&world.public(), &widget()).await, Ok(()));

    server.reset().await;
    get(&server, INDEX, world::status(503)).await;
    assert_eq!(
        refused_for_now(&world.hasty(), &widget()).await,
        "NuGet service index returned status 503. Likely transient, retry later"
    );
    server.reset().await;
    get(&server, INDEX, world::json(index("https://api.nuget.org"))).await;
    get(&server, README, world::status(401)).await;
    assert_eq!(refused(&world.public(), &widget()).await, "NuGet README request returned status 401");
}

#[tokio::test]
async fn answers_that_cannot_be_read() {
    for (answer, expected) in [
        (world::text("<html>"), "failed to parse NuGet service index: expected value at line 1 column 1"),
        (
            world::json(json!({"resources": [{"@id": "x"}, {}]})),
            "failed to get README URL template: ReadmeUriTemplate/6.13.0 not found in service index",
        ),
        (
            world::json(json!({"resources": [{"@id": "/{lower_id}", "@type": "ReadmeUriTemplate/6.13.0"}]})),
            "the NuGet service index leads to a malformed URL '/acme.widget': relative URL without a base",
        ),
        (
            world::text(" ".repeat(1024 * 1024 + 1)),
            "failed to fetch NuGet service index: the answer is larger than 1048576 bytes",
        ),
    ] {
        let (world, server) = nuget().await;
        get(&server, INDEX, answer).await;
        assert_eq!(refused(&world.public(), &widget()).await, expected);
    }
    let (world, server) = with_index().await;
    get(&server, README, world::text(format!("{}{TOKEN}", " ".repeat(5 * 1024 * 1024)))).await;
    assert_eq!(
        refused(&world.public(), &widget()).await,
        "failed to fetch NuGet README: the answer is larger than 5242880 bytes"
    );
}

#[tokio::test]
async fn an_index_may_lead_to_another_public_host() {
    let (mut world, server) = nuget().await;
    let cdn = world.host("cdn.example").await;
    get(&server, INDEX, world::json(index("https://cdn.example"))).await;
    get(&cdn, README, world::text(TOKEN)).await;
    assert_eq!(check(&world.public(), &widget()).await, Ok(()));
}

#[tokio::test]
async fn an_index_must_not_lead_to_a_private_host() {
    let (server, private) = (MockServer::start().await, MockServer::start().await);
    let port = private.address().port();
    let hosts = Hosts { nuget: Some(format!("{}{INDEX}", server.uri()).parse().unwrap()), ..Hosts::default() };
    for (target, expected) in [
        (format!("https://127.0.0.1:{port}"), "refusing 127.0.0.1, which is not at a public address".to_owned()),
        (format!("https://localhost:{port}"), "refusing localhost, which is not at a public address".to_owned()),
        (private.uri(), format!("refusing {}, which is no plain https URL", private.uri())),
        (
            "http://169.254.169.254".to_owned(),
            "refusing http://169.254.169.254, which is no plain https URL".to_owned(),
        ),
    ] {
        server.reset().await;
        get(&server, INDEX, world::json(index(&target))).await;
        let ownership = Ownership::with(world::quick(hosts.clone(), LONG)).unwrap();
        assert_eq!(refused(&ownership, &widget()).await, format!("failed to fetch NuGet README: {expected}"));
    }
    assert_eq!(world::asked(&private).await, 0);
}

#[tokio::test]
async fn a_mirror_of_the_operator() {
    let server = MockServer::start().await;
    get(&server, INDEX, world::json(index(&server.uri()))).await;
    get(&server, README, world::text(TOKEN)).await;
    let hosts = Hosts { nuget: Some(format!("{}{INDEX}", server.uri()).parse().unwrap()), ..Hosts::default() };
    assert_eq!(check(&Ownership::with(world::quick(hosts, LONG)).unwrap(), &widget()).await, Ok(()));
}
