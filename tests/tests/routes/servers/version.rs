//! `GET /servers/{serverName}/versions/{version}`

use berth_tests::{Registry, Version};
use registry::model::Status;
use serde_json::{Value, json};

use super::registry;

const OFFICIAL: &str = "io.modelcontextprotocol.registry/official";

#[tokio::test]
async fn one_version_is_answered_whole() {
    let answer = registry().await.client().get("/v0.1/servers/io.x%2Falpha/versions/2.0.0").await;
    assert_eq!(
        answer.text(),
        "{\"server\":{\"name\":\"io.x/alpha\",\"description\":\"About io.x/alpha\",\"version\":\"2.0.0\"},\"_meta\":{\"io.modelcontextprotocol.registry/official\":{\"status\":\"active\",\"statusChangedAt\":\"2026-01-01T00:00:00Z\",\"publishedAt\":\"2026-01-02T00:00:00Z\",\"updatedAt\":\"2026-01-02T00:00:00Z\",\"isLatest\":false}}}\n"
    );
}

#[tokio::test]
async fn names_and_versions_are_found_however_they_are_escaped() {
    let client = registry().await.client();
    for path in [
        "io.x%2FLife/versions/2.0.0%2Bb1",
        "io.x%2FLife/versions/2.0.0+b1",
        "io.x%252FLife/versions/2.0.0%252Bb1",
        "io.x/Life/versions/2.0.0+b1",
        "io.x%2fLife/versions/latest",
        "io.x%2FLife/versions/latest/",
    ] {
        let version = client.get(&format!("/v0/servers/{path}")).await.ok();
        assert_eq!(version["server"]["version"], "2.0.0+b1", "{path}");
    }
}

#[tokio::test]
async fn latest_is_the_flagged_version() {
    let registry = registry().await;
    let client = registry.client();
    let latest = |body: Value| (body["server"]["version"].clone(), body["_meta"][OFFICIAL]["isLatest"].clone());
    let body = client.get("/v0/servers/io.x%2Falpha/versions/latest").await.ok();
    assert_eq!(latest(body), (json!("10.0.0"), json!(true)));
    registry.put(&[Version::new("io.x/alpha", "10.0.0").status(Status::Deleted)]).await;
    let body = client.get("/v0/servers/io.x%2Falpha/versions/latest").await.ok();
    assert_eq!(latest(body), (json!("2.0.0"), json!(true)));
}

#[tokio::test]
async fn what_is_not_there_or_deleted_is_404() {
    let client = registry().await.client();
    for path in [
        "io.x%2Fbeta/versions/0.9.0",
        "io.x%2Fgone/versions/latest",
        "io.x%2Falpha/versions/9.9.9",
        "io.x%2Fnope/versions/latest",
    ] {
        let problem = client.get(&format!("/v0.1/servers/{path}")).await.problem();
        assert_eq!(problem, (404, "Server not found".to_owned()), "{path}");
    }
    for path in ["io.x%2Fbeta/versions/0.9.0", "io.x%2Fgone/versions/latest"] {
        let version = client.get(&format!("/v0.1/servers/{path}?include_deleted=true")).await.ok();
        assert_eq!(version["_meta"][OFFICIAL]["status"], "deleted", "{path}");
    }
}

#[tokio::test]
async fn a_publish_is_in_the_very_next_answer() {
    let registry = Registry::new().await;
    let client = registry.client();
    assert_eq!(client.get("/v0/servers/io.x%2Fyy/versions/latest").await.status, 404);
    for version in ["1.0.0", "1.1.0"] {
        registry.put(&[Version::new("io.x/yy", version)]).await;
        let body = client.get("/v0/servers/io.x%2Fyy/versions/latest").await.ok();
        assert_eq!(body["server"]["version"], version);
    }
}
