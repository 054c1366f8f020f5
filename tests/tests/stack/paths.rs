//! However a path is written, and through whichever door it comes, it means the same.

use std::collections::BTreeMap;

use berth_tests::{ANONYMOUS, Answer, Serving, Wire};
use serde_json::json;
use tokio::process::Command;

use crate::deployment::{Deployment, NAME};
use crate::registry::Registry;

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Is {
    /// The version.
    Found,
    /// A list of versions with it.
    Versions,
    /// A path, but of nothing that is there.
    Missing,
    /// No path.
    Unknown,
    /// Nothing that could be read.
    Broken,
    /// A page, and the bucket of the pages has none.
    Page,
}

/// Paths; `{}` stands for the anonymous namespace.
const PATHS: &[(&str, Is)] = &[
    ("/v0.1/servers/{}%2Fpath/versions/1.0.0+b1", Is::Found),
    ("/v0.1/servers/{}%2fpath/versions/1.0.0+b1", Is::Found),
    ("/v0.1/servers/{}%252Fpath/versions/1.0.0+b1", Is::Found),
    ("/v0.1/servers/{}%252fpath/versions/1.0.0+b1", Is::Found),
    ("/v0.1/servers/{}/path/versions/1.0.0+b1", Is::Found),
    ("/v0/servers/{}%2Fpath/versions/1.0.0%2Bb1", Is::Found),
    ("/v0/servers/{}%252Fpath/versions/1.0.0%252Bb1", Is::Found),
    ("/v0/servers/{}/path/versions/1.0.0%2bb1", Is::Found),
    ("/v0/servers/{}%2F%70ath/versions/latest", Is::Found),
    ("/v0.1/servers/{}%2Fpath/versions/latest/", Is::Found),
    ("/v0.1/servers/{}/path/versions/latest?include_deleted=false", Is::Found),
    ("//v0.1/servers/{}%2Fpath/versions/latest", Is::Found),
    ("/v0.1/servers/{}%2Fpath/versions", Is::Versions),
    ("/v0.1/servers/{}%252Fpath/versions/", Is::Versions),
    ("/v0.1/servers/{}/path/versions//", Is::Versions),
    ("/v0.1/servers/{}%2Fpath/versions/1.0.0%20b1", Is::Missing),
    ("/v0.1/servers/{}%2Fpa%20th/versions/latest", Is::Missing),
    ("/v0.1/servers/{}%20/path/versions/latest", Is::Missing),
    ("/v0.1/servers/{}%2F%2Fpath/versions/latest", Is::Missing),
    ("/v0.1/servers/{}%2F../versions/latest", Is::Missing),
    ("/v0.1/servers/{}%2F%2e%2e/versions/latest", Is::Missing),
    ("/v0.1/servers/%2e%2e%2Fpath/versions/latest", Is::Missing),
    ("/v0.1/servers/..%2Fpath/versions/latest", Is::Missing),
    ("/v0.1/servers/{}%2Fpath%3F/versions/latest", Is::Missing),
    ("/v0.1/servers/{}%2Fpath%23/versions/latest", Is::Missing),
    ("/v0.1/servers/{}%2Fpath", Is::Unknown),
    ("/v0.1/servers/{}/path", Is::Unknown),
    ("/v0.1/servers/{}%2Fpath/version", Is::Unknown),
    ("/v0.1/servers/{}/path/more/versions/latest", Is::Unknown),
    ("/v0.1/servers//{}%2Fpath/versions/latest", Is::Unknown),
    ("/v0.1//servers/{}%2Fpath/versions/latest", Is::Unknown),
    ("/v0.1/servers/../servers/{}%2Fpath/versions/latest", Is::Unknown),
    ("/v0.1/servers/%2e%2e/servers/{}%2Fpath/versions/latest", Is::Unknown),
    ("/v0.1/servers/{}%2Fpath/versions/%00", Is::Broken),
    ("/v0.1/servers/{}%2Fpath%2500/versions/latest", Is::Broken),
    ("/v0.1/servers/{}%2Fpath/versions/%zz", Is::Broken),
];

/// Paths that mean something else behind some doors, and why.
const DIFFERENCES: &[(&[&str], &str, Is, &str)] = &[
    (
        DECODED,
        "/v0.1/servers/{}%2F%2Fpath/versions/latest",
        Is::Unknown,
        "a name with two slashes and none is 404 either way",
    ),
    (&["berth serve"], "/v0.1/servers//{}%2Fpath/versions/latest", Is::Missing, "the same"),
    (
        DECODED,
        "/v0.1/servers/{}%2Fpath/versions/%zz",
        Is::Missing,
        "in a decoded path, a percent sign that begins no escape stands for itself",
    ),
    (
        &["CloudFront"],
        "//v0.1/servers/{}%2Fpath/versions/latest",
        Is::Page,
        "the emulator looks for the behaviour of the path as it is; CloudFront takes slashes together before it looks",
    ),
];

/// Doors behind which the function sees the path decoded.
const DECODED: &[&str] = &["HTTP API", "function URL", "CloudFront"];

/// The emulator's CloudFront asks no host of AWS, so its origin is the emulator's own address here; the path goes through its
/// behaviours and the template's function as it was sent. Its function URLs decode paths, which those of AWS do not: the
/// other form is tried with events, in `tests/lambda/get_server.rs`.
#[tokio::test]
async fn paths_mean_the_same_behind_every_door() {
    let Some(deployment) = Deployment::shared().await else { return };
    let serving = Serving::start().await;
    for url in [&serving.url, &deployment.url] {
        Registry::at(url).await.publish("path", "1.0.0+b1").await;
    }
    let emulator = &deployment.emulator;
    let function = emulator.act(&["function-url", NAME, "GetServer"]).await;
    let function = format!("{}/_aws/lambda-url/{}", emulator.endpoint, function.as_str().unwrap());
    let mut doors = vec![
        ("berth serve", Wire::to(&serving.url)),
        ("HTTP API", Wire::to(&deployment.url)),
        ("function URL", Wire::to(&function)),
    ];
    if has_node().await {
        let host = emulator.act(&["origin", NAME]).await;
        let wire = Wire::to(&emulator.endpoint).host(host.as_str().unwrap()).header("x-forwarded-proto", "https");
        doors.push(("CloudFront", wire));
    }
    let mut found = BTreeMap::new();
    for (path, expected) in PATHS {
        for (door, wire) in &doors {
            let answer = wire.get(&path.replace("{}", ANONYMOUS)).await;
            let is = meaning(&answer);
            if is != Some(*expected) {
                found.insert((*door, *path), (is, answer));
            }
        }
    }
    let named =
        DIFFERENCES.iter().flat_map(|(doors, path, is, _)| doors.iter().map(|door| ((*door, *path), Some(*is))));
    let expected: BTreeMap<_, _> = named.filter(|((door, _), _)| doors.iter().any(|(name, _)| name == door)).collect();
    let differ = found.iter().filter(|(way, (is, _))| expected.get(*way) != Some(is)).collect::<Vec<_>>();
    assert!(differ.is_empty(), "these mean something else: {differ:#?}");
    assert!(found.keys().eq(expected.keys()), "named, and no exception: {expected:?}");
    println!("{} paths at {} doors, {} exceptions", PATHS.len(), doors.len(), found.len());
}

/// `None`: something else.
fn meaning(answer: &Answer) -> Option<Is> {
    let body = serde_json::from_slice::<serde_json::Value>(&answer.body).unwrap_or_default();
    let detail = body["detail"].as_str().unwrap_or_default();
    let version = json!("1.0.0+b1");
    match answer.status {
        200 if body["server"]["version"] == version => Some(Is::Found),
        200 if body["servers"][0]["server"]["version"] == version => Some(Is::Versions),
        404 if detail == "Server not found" => Some(Is::Missing),
        404 if detail.starts_with("Endpoint not found. ") => Some(Is::Unknown),
        400 if detail.starts_with("Invalid request: ") => Some(Is::Broken),
        // Who serves pages: see `delivery.rs`.
        403 if answer.header("content-type") == Some("application/xml") => Some(Is::Page),
        _ => None,
    }
}

/// CloudFront's functions are JavaScript, which the emulator has Node run.
async fn has_node() -> bool {
    let found = Command::new("node").arg("--version").output().await.is_ok_and(|output| output.status.success());
    if !found {
        println!("skipped: the emulator runs CloudFront's functions with Node, which is not installed");
    }
    found
}
