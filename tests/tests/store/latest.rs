//! Exactly one latest version, at every moment of a history.

use berth_tests::{Registry, Version, change};
use registry::store::{ServerState, batches};
use registry::time::Timestamp;

#[tokio::test]
async fn a_server_of_several_transactions_has_one_latest_after_each() {
    let registry = Registry::new().await;
    let versions: Vec<Version> = (0..120).map(|n| Version::new("io.x/large", &format!("1.{n}.0"))).collect();
    let name = versions[0].name.clone();
    let groups = batches(vec![change(None, &versions, None)]);
    assert!(groups.len() >= 3);
    let (mut head, mut written) = (None, 0);
    for mut group in groups {
        group[0].before = head;
        let mut after = registry.writer.commit(&group, Timestamp::now()).await.unwrap();
        written += group[0].versions.len();
        head = after.pop();

        let state = registry.writer.server(&name).await.unwrap().unwrap();
        assert_eq!(Some(state.head()), head);
        assert_eq!(state.versions.len(), written);
        assert_eq!(state.latest.as_str(), "1.119.0");
        assert!(state.versions.contains_key("1.119.0"));
        let listed = registry.client().get("/v0.1/servers?version=latest").await.ok();
        assert_eq!(berth_tests::listed(&listed), ["io.x/large 1.119.0"]);
        let all = registry.client().get("/v0.1/servers?limit=100").await.ok();
        assert_eq!(berth_tests::listed(&all).len(), written.min(100));
    }
    assert_eq!(written, 120);
}

#[tokio::test]
async fn the_records_alone_lead_to_the_same_server() {
    let registry = Registry::new().await;
    for round in 0..3 {
        let versions: Vec<Version> = (0..60).map(|n| Version::new("io.x/large", &format!("{round}.{n}.0"))).collect();
        registry.put(&versions).await;
    }
    registry.put(&[Version::new("io.x/large", "0.0.0").description("edited")]).await;
    let serial = registry.serial().await;
    let mut replayed = None;
    for change in registry.writer.changes(registry::store::Serial(0), serial).await.unwrap() {
        ServerState::apply(&mut replayed, change);
    }
    let stored = registry.writer.server(&"io.x/large".parse().unwrap()).await.unwrap();
    assert_eq!(stored.as_ref().unwrap().versions.len(), 180);
    assert_eq!(replayed, stored);
}

#[tokio::test]
async fn the_flag_moves_alone() {
    let registry = Registry::new().await;
    registry.put(&[Version::new("io.x/one", "1.0.0"), Version::new("io.x/one", "2.0.0")]).await;
    let state = registry.writer.server(&"io.x/one".parse().unwrap()).await.unwrap().unwrap();
    let back = change(Some(&state), &[Version::new("io.x/one", "1.0.0")], Some("1.0.0"));
    registry.writer.commit(&[back], Timestamp::now()).await.unwrap();
    let body = registry.client().get("/v0.1/servers?version=latest").await.ok();
    assert_eq!(berth_tests::listed(&body), ["io.x/one 1.0.0"]);
}
