//! The same publish again.

use berth_tests::{Publisher, Registry, document, token};
use registry_auth::Action;
use serde_json::json;

const NAME: &str = "a.b/xx";

#[tokio::test]
async fn a_lost_answer_can_be_asked_for_again() {
    let registry = Registry::new().await;
    let publisher = registry.publisher();
    let first = publisher.publish_version(NAME, "1.0.0").await;
    first.ok();
    let serial = registry.serial().await;
    // Another process, another token of the same publisher, the keys in another order.
    let again = registry.publisher();
    let mut shuffled = document(NAME, "1.0.0");
    let schema = shuffled.as_object_mut().unwrap().remove("$schema").unwrap();
    shuffled["$schema"] = schema;
    shuffled["title"] = json!(null);
    let second = again.publish(&shuffled).await;
    assert_eq!((second.status, &second.body), (200, &first.body));
    assert_eq!(registry.serial().await, serial, "nothing was written");
    // The flag is told as it is now.
    publisher.publish_version(NAME, "2.0.0").await.ok();
    let third = publisher.publish_version(NAME, "1.0.0").await.ok();
    assert_eq!(third["_meta"]["io.modelcontextprotocol.registry/official"]["isLatest"], false);
}

#[tokio::test]
async fn anything_else_is_a_duplicate() {
    let registry = Registry::new().await;
    let publisher = registry.publisher();
    publisher.publish_version(NAME, "1.0.0").await.ok();
    let duplicate = ["invalid version: cannot publish duplicate version"];
    let mut other = document(NAME, "1.0.0");
    other["description"] = json!("other");
    assert_eq!(publisher.publish(&other).await.errors().2, duplicate, "other content");
    let token = token("other.example", &[(Action::Publish, "*")]);
    let stranger = Publisher { token, ..publisher.clone() };
    assert_eq!(stranger.publish_version(NAME, "1.0.0").await.errors().2, duplicate, "another publisher");
    publisher.set_status(NAME, "1.0.0", json!({"status": "deprecated"})).await.ok();
    assert_eq!(publisher.publish_version(NAME, "1.0.0").await.errors().2, duplicate, "the version has changed");
    publisher.set_status(NAME, "1.0.0", json!({"status": "active"})).await.ok();
    assert_eq!(publisher.publish_version(NAME, "1.0.0").await.errors().2, duplicate, "and changed back");
}

#[tokio::test]
async fn ten_minutes_later_it_is_a_duplicate() {
    let registry = Registry::new().await;
    let publisher = registry.publisher();
    publisher.publish_version(NAME, "1.0.0").await.ok();
    registry.table().shift_times(NAME, "1.0.0", -601_000_000).await;
    assert_eq!(publisher.publish_version(NAME, "1.0.0").await.status, 400);
    registry.table().shift_times(NAME, "1.0.0", 10_000_000).await;
    assert_eq!(publisher.publish_version(NAME, "1.0.0").await.status, 200);
}
