//! MCPB.

use registry::model::Package;
use registry_ownership::{Hosts, Ownership};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer};

use crate::world::{self, LONG, World, check, head, package, refused, refused_for_now};

const ASSET: &str = "/acme/widget-mcp/releases/download/v1.2.0/widget.mcpb";

fn file(url: &str) -> Package {
    Package { file_sha256: Some("0".repeat(64)), ..package("mcpb", url, "") }
}

fn asset() -> Package {
    file(&format!("https://github.com{ASSET}"))
}

async fn github() -> (World, MockServer) {
    let mut world = World::default();
    let server = world.host("github.com").await;
    (world, server)
}

#[tokio::test]
async fn an_asset_that_is_there_is_not_downloaded() {
    let (mut world, server) = github().await;
    let store = world.host("release-assets.githubusercontent.com").await;
    head(&server, ASSET, world::found("https://release-assets.githubusercontent.com/1?sig=x")).await;
    assert_eq!(check(&world.public(), &asset()).await, Ok(()));
    let with_version = Package { version: Some("1.2.0".to_owned()), ..asset() };
    assert_eq!(check(&world.public(), &with_version).await, Ok(()));
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.iter().map(|request| request.method.as_str()).collect::<Vec<_>>(), ["HEAD", "HEAD"]);
    assert_eq!(world::asked(&store).await, 0);
}

#[tokio::test]
async fn assets_of_gitlab() {
    let mut world = World::default();
    let server = world.host("www.gitlab.com").await;
    let at = "/group/sub/widget-mcp/-/releases/v1/downloads/widget.mcpb";
    head(&server, at, world::status(200)).await;
    assert_eq!(check(&world.public(), &file(&format!("https://www.gitlab.com{at}"))).await, Ok(()));
}

#[tokio::test]
async fn an_asset_that_is_not_there() {
    for code in [401, 403, 404, 302, 204] {
        let (world, server) = github().await;
        head(&server, ASSET, world::status(code)).await;
        let expected = format!("MCPB package 'https://github.com{ASSET}' is not publicly accessible (status: {code})");
        assert_eq!(refused(&world.public(), &asset()).await, expected);
        assert_eq!(world::asked(&server).await, 1);
    }
}

#[tokio::test]
async fn a_busy_host() {
    for code in [429, 503] {
        let (world, server) = github().await;
        head(&server, ASSET, world::status(code)).await;
        let expected = format!(
            "MCPB package 'https://github.com{ASSET}' is not publicly accessible (status: {code}). Likely transient, \
             retry later"
        );
        assert_eq!(refused_for_now(&world.hasty(), &asset()).await, expected);
        assert_eq!(world::asked(&server).await, 1);
    }
}

#[tokio::test]
async fn a_host_that_was_busy() {
    let (world, server) = github().await;
    let busy = Mock::given(method("HEAD")).respond_with(world::status(503)).up_to_n_times(2).expect(2);
    busy.mount(&server).await;
    head(&server, ASSET, world::status(200)).await;
    assert_eq!(check(&world.public(), &asset()).await, Ok(()));
}

#[tokio::test]
async fn what_is_wrong_needs_no_request() {
    let (world, server) = github().await;
    let pattern = "GitHub MCPB packages must be release assets following the pattern \
                   '/owner/repo/releases/download/tag/filename'";
    for (package, expected) in [
        (Package { file_sha256: None, ..asset() }, "must include a fileSha256 hash for integrity verification".to_owned()),
        (file(""), "package identifier is required for MCPB packages".to_owned()),
        (
            Package { registry_base_url: Some("https://github.com".to_owned()), ..asset() },
            "MCPB packages must not have 'registryBaseUrl' field - use the full download URL in 'identifier' instead"
                .to_owned(),
        ),
        (file("widget.mcpb"), "invalid MCPB package URL: relative URL without a base".to_owned()),
        (
            file("https://example.com/a/mcp/releases/download/v/x"),
            "MCPB packages must be hosted on allowlisted providers (GitHub or GitLab). Host 'example.com' is not allowed"
                .to_owned(),
        ),
        (
            file("https://github.com@127.0.0.1/a/mcp/releases/download/v/x"),
            "MCPB packages must be hosted on allowlisted providers (GitHub or GitLab). Host '127.0.0.1' is not allowed"
                .to_owned(),
        ),
        (
            file(&format!("https://github.com:8443{ASSET}")),
            "MCPB packages must be hosted on allowlisted providers (GitHub or GitLab). Host 'github.com' is not allowed"
                .to_owned(),
        ),
        (file("https://github.com/acme/mcp/raw/main/x.mcpb"), pattern.to_owned()),
        (
            file("https://gitlab.com/acme/mcp/-/raw/main/x.mcpb"),
            "GitLab MCPB packages must be release assets following patterns \
             '/owner/repo/-/releases/tag/downloads/filename' or '/owner/repo/-/package_files/id/download'"
                .to_owned(),
        ),
        (
            file(&format!("http://github.com{ASSET}")),
            format!("invalid MCPB package URL, must use HTTPS: http://github.com{ASSET}"),
        ),
        (
            file(&format!("https://me:secret@github.com{ASSET}")),
            "invalid MCPB package URL: must have no user and no password".to_owned(),
        ),
        (
            file("https://github.com/acme/widget/releases/download/v1/widget.zip"),
            "MCPB package URL must contain 'mcp': https://github.com/acme/widget/releases/download/v1/widget.zip"
                .to_owned(),
        ),
        (
            file("https://github.com/acme/../acme/mcp/releases/download/v1/x"),
            "package identifier must not contain '.' or '..' as a segment: \
             https://github.com/acme/../acme/mcp/releases/download/v1/x"
                .to_owned(),
        ),
    ] {
        assert_eq!(refused(&world.public(), &package).await, expected);
    }
    assert_eq!(world::asked(&server).await, 0);
}

#[tokio::test]
async fn hosts_of_the_operator_take_the_place_of_the_public_ones() {
    let (_world, github) = github().await;
    let server = MockServer::start().await;
    head(&server, "/files/mcp.mcpb", world::status(200)).await;
    head(&server, ASSET, world::status(200)).await;
    let any = Hosts { mcpb: Some(vec![server.uri().parse().unwrap()]), ..Hosts::default() };
    let ownership = Ownership::with(world::quick(any, LONG)).unwrap();
    assert_eq!(check(&ownership, &file(&format!("{}/files/mcp.mcpb", server.uri()))).await, Ok(()));
    assert!(refused(&ownership, &asset()).await.ends_with("Host 'github.com' is not allowed"));
    assert_eq!(world::asked(&github).await, 0);

    let like_github = format!("{}=github", server.uri()).parse().unwrap();
    let ownership = Ownership::with(world::quick(Hosts { mcpb: Some(vec![like_github]), ..Hosts::default() }, LONG));
    let ownership = ownership.unwrap();
    assert_eq!(check(&ownership, &file(&format!("{}{ASSET}", server.uri()))).await, Ok(()));
    let elsewhere = file(&format!("{}/files/mcp.mcpb", server.uri()));
    assert!(refused(&ownership, &elsewhere).await.starts_with("GitHub MCPB packages must be release assets"));
}
