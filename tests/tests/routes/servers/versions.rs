//! `GET /servers/{serverName}/versions`

use berth_tests::{Registry, Version, listed};
use registry::limits;
use serde_json::json;

use super::registry;

#[tokio::test]
async fn the_newest_publication_comes_first() {
    let client = registry().await.client();
    let expected = ["io.x/alpha 10.0.0", "io.x/alpha 2.0.0", "io.x/alpha 1.1.0"];
    for name in ["io.x%2Falpha", "io.x%2falpha", "io.x%252Falpha", "io.x/alpha"] {
        for tail in ["versions", "versions/"] {
            let list = client.get(&format!("/v0/servers/{name}/{tail}")).await.ok();
            assert_eq!(listed(&list), expected, "{name}/{tail}");
            assert_eq!(list["metadata"], json!({"count": 3}));
        }
    }
}

#[tokio::test]
async fn deleted_versions_are_listed_when_asked_for() {
    let client = registry().await.client();
    assert_eq!(listed(&client.get("/v0.1/servers/io.x%2Fbeta/versions").await.ok()).len(), 1);
    assert_eq!(listed(&client.get("/v0.1/servers/io.x%2Fbeta/versions?include_deleted=1").await.ok()).len(), 2);
    assert_eq!(listed(&client.get("/v0.1/servers/io.x%2Fgone/versions?include_deleted=true").await.ok()).len(), 1);
    for path in ["io.x%2Fgone/versions", "io.x%2Fnope/versions", "nope/versions", "io.x%2FAlpha/versions"] {
        let problem = client.get(&format!("/v0.1/servers/{path}")).await.problem();
        assert_eq!(problem, (404, "Server not found".to_owned()), "{path}");
    }
    assert_eq!(client.get("/v0.1/servers/io.x%2Fbeta/versions?include_deleted=yes").await.status, 422);
}

#[tokio::test]
async fn a_server_of_1177_versions_fits_a_lambda_answer() {
    let registry = Registry::new().await;
    let text = "x".repeat(700);
    let versions: Vec<Version> = (0..1177)
        .map(|n| {
            Version::new("io.x/many", &format!("1.{n}.0"))
                .with("websiteUrl", format!("https://x.example/{text}").into())
        })
        .collect();
    registry.put(&versions).await;
    let answer = registry.client().get("/v0.1/servers/io.x%2Fmany/versions").await;
    assert_eq!(listed(&answer.ok()).len(), 1177);
    assert!(answer.body.len() > 1_000_000 && answer.body.len() < limits::LAMBDA_RESPONSE_BYTES);
}
