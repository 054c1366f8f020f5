//! `DELETE /servers/{serverName}/versions/{version}`

use berth_tests::{Publisher, Registry, document, version_path};
use registry_auth::Action;
use serde_json::json;

const NAME: &str = "a.b/xx";

#[tokio::test]
async fn a_deleted_version_is_hidden_keeps_its_number_and_can_come_back() {
    let registry = Registry::new().await;
    let publisher = registry.publisher();
    publisher.publish_version(NAME, "1.0.0").await.ok();
    publisher.publish_version(NAME, "2.0.0").await.ok();
    let deleted = publisher.delete(NAME, "2.0.0").await.ok();
    let official = &deleted["_meta"]["io.modelcontextprotocol.registry/official"];
    assert_eq!((&official["status"], &official["isLatest"]), (&json!("deleted"), &json!(false)));
    let path = version_path(NAME, "2.0.0", "");
    assert_eq!(publisher.client.get(&path).await.status, 404);
    assert_eq!(publisher.client.get(&format!("{path}?include_deleted=true")).await.ok(), deleted);
    let serial = registry.serial().await;
    assert_eq!(publisher.delete(NAME, "2.0.0").await.ok(), deleted, "once more is no error");
    assert_eq!(registry.serial().await, serial);
    let mut other = document(NAME, "2.0.0");
    other["description"] = json!("other");
    assert_eq!(publisher.publish(&other).await.status, 400);
    publisher.set_status(NAME, "2.0.0", json!({"status": "active"})).await.ok();
    assert_eq!(publisher.latest(NAME).await.as_deref(), Some("2.0.0"));
}

/// Case 20: the specification has the route under `/v0.1` alone.
#[tokio::test]
async fn there_is_none_under_v0() {
    let registry = Registry::new().await;
    let publisher = registry.publisher();
    publisher.publish_version(NAME, "1.0.0").await.ok();
    let path = "/v0/servers/a.b%2Fxx/versions/1.0.0";
    let (status, detail) = publisher.send("DELETE", path, &json!(null)).await.problem();
    assert_eq!((status, detail.as_str()), (404, "Endpoint not found. See /docs for the API documentation."));
}

#[tokio::test]
async fn what_it_refuses() {
    let registry = Registry::new().await;
    let publisher = registry.publisher();
    publisher.publish_version(NAME, "1.0.0").await.ok();
    for missing in ["9.9.9", "latest"] {
        assert_eq!(publisher.delete(NAME, missing).await.problem(), (404, "Server version not found".to_owned()));
    }
    let stranger = Publisher::new(registry.client(), &[(Action::Publish, "c.d/*")]);
    assert_eq!(stranger.delete(NAME, "1.0.0").await.problem().0, 403);
    let no_token = publisher.client.send("DELETE", &version_path(NAME, "1.0.0", ""), &[]).await;
    assert_eq!(no_token.errors().2, ["header.Authorization: required header parameter is missing"]);
}
