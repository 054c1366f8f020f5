//! What `sync` tells CloudFront.

use std::time::Duration;

use berth_tests::ANONYMOUS;
use registry::cache::{ServerTag, Tag};
use reqwest::Method;
use serde_json::json;

use crate::deployment::{Deployment, NAME};
use crate::registry::Registry;

#[tokio::test]
async fn a_withdrawn_version_is_purged_by_the_tag_of_its_server() {
    let Some(deployment) = Deployment::shared().await else { return };
    let registry = Registry::at(&deployment.url).await;
    registry.publish("purged", "1.0.0").await;
    let path = format!("/v0.1/servers/{ANONYMOUS}%2Fpurged/versions/1.0.0/status");
    let (status, answer) = registry.send(Method::PATCH, &path, Some(&json!({"status": "deprecated"}))).await;
    assert_eq!(status, 200, "{answer}");
    let tag = format!("#{}", Tag::Server(ServerTag::of(&format!("{ANONYMOUS}/purged"))));
    for _ in 0..120 {
        let purged = deployment.emulator.act(&["purged", NAME]).await;
        if purged.as_array().unwrap().contains(&json!(tag)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("{tag} was not purged: {}", deployment.emulator.act(&["purged", NAME]).await);
}
