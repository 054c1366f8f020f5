//! Several packages of one publish.

use std::sync::Arc;
use std::time::Duration;

use registry::model::{Package, ServerName};
use registry_ownership::{Hosts, Ownership, limits};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Barrier;
use wiremock::MockServer;

use crate::world::{self, LONG, NAME, SHORT, World, get, head, package};

fn name() -> ServerName {
    NAME.parse().unwrap()
}

fn npm(ids: &[&str]) -> Vec<Package> {
    ids.iter().map(|id| package("npm", id, "1")).collect()
}

fn ownership(url: &str, budget: Duration) -> Ownership {
    let hosts = Hosts { npm: Some(url.parse().unwrap()), ..Hosts::default() };
    Ownership::with(world::quick(hosts, budget)).unwrap()
}

/// Answers only when as many requests wait as may be under way at once.
async fn all_at_once() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let barrier = Arc::new(Barrier::new(limits::PACKAGES_AT_ONCE));
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let barrier = Arc::clone(&barrier);
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 4096]).await;
                barrier.wait().await;
                let body = json!({"mcpName": NAME}).to_string();
                let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
                let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
            });
        }
    });
    url
}

#[tokio::test]
async fn they_are_checked_at_the_same_time() {
    let ownership = ownership(&all_at_once().await, LONG);
    let packages = npm(&["a"; 2 * limits::PACKAGES_AT_ONCE]);
    assert_eq!(ownership.check(&name(), &packages).await, Ok(()));
}

#[tokio::test]
async fn none_is_fine() {
    let ownership = Ownership::new(Hosts::default()).unwrap();
    assert_eq!(ownership.check(&name(), &[]).await, Ok(()));
}

#[tokio::test]
async fn types_that_are_not_known() {
    let ownership = Ownership::new(Hosts::default()).unwrap();
    for kind in ["maven", "NPM", ""] {
        let error = ownership.check(&name(), &[package(kind, "x", "1")]).await.unwrap_err();
        let expected = format!("registry validation failed for package 0 (x): unsupported registry type: {kind}");
        assert_eq!(error.to_string(), expected);
        assert!(!error.is_transient());
    }
}

#[tokio::test]
async fn the_first_error_in_the_order_of_the_document() {
    let server = MockServer::start().await;
    let good = world::json(json!({"mcpName": NAME}));
    get(&server, "/good/1", good.set_delay(Duration::from_millis(200))).await;
    get(&server, "/slow/1", world::status(403).set_delay(Duration::from_millis(400))).await;
    get(&server, "/quick/1", world::status(401)).await;
    let packages = npm(&["good", "slow", "quick"]);
    let error = ownership(&server.uri(), LONG).check(&name(), &packages).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "registry validation failed for package 1 (slow): NPM package 'slow' metadata fetch failed (status: 403)"
    );
    assert_eq!((error.index(), error.is_transient()), (1, false));
}

#[tokio::test]
async fn what_comes_behind_the_first_error_is_not_waited_for() {
    let server = MockServer::start().await;
    get(&server, "/bad/1", world::status(403)).await;
    get(&server, "/stuck/1", world::status(200).set_delay(LONG)).await;
    let packages = npm(&["bad", "stuck"]);
    let ownership = ownership(&server.uri(), Duration::from_secs(1000));
    let error = tokio::time::timeout(LONG / 2, ownership.check(&name(), &packages)).await.unwrap().unwrap_err();
    assert_eq!(error.index(), 0);
}

#[tokio::test]
async fn one_budget_is_for_all_and_keeps_the_real_reasons() {
    let server = MockServer::start().await;
    head(&server, "/late", world::status(200)).await;
    get(&server, "/late/1", world::status(404)).await;
    get(&server, "/busy/1", world::status(503)).await;
    let packages = npm(&["late", "busy"]);
    let error = ownership(&server.uri(), SHORT).check(&name(), &packages).await.unwrap_err();
    assert_eq!((error.index(), error.is_transient()), (0, true));
    assert!(error.to_string().contains("NPM package 'late' exists, but version '1' was not found"), "{error}");
}

#[tokio::test]
async fn a_last_try_that_hangs_does_not_hide_the_reason() {
    let server = MockServer::start().await;
    world::at_first(&server, "/a/1", 1, world::status(503)).await;
    get(&server, "/a/1", world::status(200).set_delay(LONG)).await;
    let error = ownership(&server.uri(), SHORT).check(&name(), &npm(&["a"])).await.unwrap_err();
    assert!(error.to_string().ends_with("(status: 503). Likely transient, retry later"), "{error}");
}

#[tokio::test]
async fn different_kinds_at_once() {
    let mut world = World::default();
    let (npm, pypi) = (world.host("registry.npmjs.org").await, world.host("pypi.org").await);
    get(&npm, "/a/1", world::json(json!({"mcpName": NAME}))).await;
    get(&pypi, "/pypi/b/1/json", world::json(json!({"info": {"description": format!("mcp-name: {NAME}")}}))).await;
    let packages = [package("npm", "a", "1"), package("pypi", "b", "1")];
    assert_eq!(world.public().check(&name(), &packages).await, Ok(()));
}
