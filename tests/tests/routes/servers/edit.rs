//! `PUT /servers/{serverName}/versions/{version}`

use berth_tests::{Publisher, Registry, document};
use registry_auth::Action;
use serde_json::json;

const NAME: &str = "a.b/xx";

/// Case 60.
#[tokio::test]
async fn an_edit_replaces_the_document_and_nothing_else() {
    let registry = Registry::new().await;
    let publisher = registry.publisher();
    let before = publisher.publish_version(NAME, "1.0.0").await.ok();
    publisher.publish_version(NAME, "2.0.0").await.ok();
    publisher.set_status(NAME, "1.0.0", json!({"status": "deprecated", "statusMessage": "old"})).await.ok();
    let mut edited = document(NAME, "1.0.0");
    edited["description"] = json!("better");
    edited["title"] = json!("Title");
    let answer = publisher.edit(NAME, "1.0.0", &edited).await.ok();
    assert_eq!(answer["server"], edited);
    let official = |entry: &serde_json::Value| entry["_meta"]["io.modelcontextprotocol.registry/official"].clone();
    let (was, is) = (official(&before), official(&answer));
    assert_eq!(
        (&is["status"], &is["statusMessage"], &is["isLatest"]),
        (&json!("deprecated"), &json!("old"), &json!(false))
    );
    assert_eq!(is["publishedAt"], was["publishedAt"]);
    assert!(is["updatedAt"].as_str() > is["statusChangedAt"].as_str());
    assert_eq!(publisher.client.get("/v0/servers/a.b%2Fxx/versions/1.0.0").await.ok(), answer);
}

#[tokio::test]
async fn what_it_refuses() {
    let registry = Registry::new().await;
    let publisher = registry.publisher();
    publisher.publish_version(NAME, "1.0.0").await.ok();
    let renamed = publisher.edit(NAME, "1.0.0", &document("a.b/yy", "1.0.0")).await;
    assert_eq!(renamed.problem(), (400, "Cannot rename server".to_owned()));
    let other = publisher.edit(NAME, "1.0.0", &document(NAME, "1.0.1")).await;
    assert_eq!(other.problem(), (400, "Version in request body must match URL path parameter".to_owned()));
    let mut invalid = document(NAME, "1.0.0");
    invalid["websiteUrl"] = json!("http://x.example");
    let detail = "Failed to edit server, invalid schema: call /validate for details".to_owned();
    assert_eq!(publisher.edit(NAME, "1.0.0", &invalid).await.problem(), (422, detail));
    let same = document(NAME, "1.0.0");
    for missing in ["9.9.9", "latest"] {
        assert_eq!(publisher.edit(NAME, missing, &same).await.problem(), (404, "Server not found".to_owned()));
    }
    let only_publish = Publisher::new(registry.client(), &[(Action::Publish, "*")]);
    let forbidden = (403, "You do not have edit permissions for this server".to_owned());
    assert_eq!(only_publish.edit(NAME, "1.0.0", &same).await.problem(), forbidden);
    let no_token =
        publisher.client.send_body("PUT", "/v0/servers/a.b%2Fxx/versions/1.0.0", &[], same.to_string()).await;
    assert_eq!(no_token.errors().2, ["header.Authorization: required header parameter is missing"]);
    publisher.delete(NAME, "1.0.0").await.ok();
    assert_eq!(publisher.edit(NAME, "1.0.0", &same).await.problem(), (404, "Server not found".to_owned()));
}
