//! Change records: all of them, in order, and none missing unnoticed.

use berth_tests::{Registry, Version};
use registry::model::Status;
use registry::store::{Owner, Serial, StoreError};

/// More changes than one partition of change records holds.
async fn long_history() -> Registry {
    let registry = Registry::new().await;
    for round in 0..11 {
        let versions: Vec<Version> =
            (0..100).map(|n| Version::new(&format!("io.x/s{n}x"), &format!("{round}.0.0"))).collect();
        registry.put(&versions).await;
    }
    registry
}

#[tokio::test]
async fn any_stretch_is_returned_whole_and_in_order() {
    let registry = long_history().await;
    assert_eq!(registry.serial().await, Serial(1100));
    for (after, upto) in [(0, 1100), (0, 1), (998, 1001), (999, 1000), (1000, 1100), (500, 500), (1099, 1100)] {
        let changes = registry.writer.changes(Serial(after), Serial(upto)).await.unwrap();
        let serials: Vec<u64> = changes.iter().map(|change| change.serial.0).collect();
        assert_eq!(serials, (after + 1..=upto).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_record_holds_the_whole_state() {
    let registry = Registry::new().await;
    let mut version =
        Version::new("io.x/one", "1.0.0").status(Status::Deprecated).updated("2026-02-03T04:05:06.000007Z");
    version.state.status_message = Some(String::new());
    version.state.meta.insert("com.example/x".to_owned(), serde_json::json!({"b": [1, null], "a": "ü"}));
    registry.put(&[Version::new("io.x/one", "2.0.0"), version.clone()]).await;
    let changes = registry.writer.changes(Serial(1), Serial(2)).await.unwrap();
    let [change] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!((change.name.as_str(), change.version.as_str(), change.latest.as_str()), ("io.x/one", "1.0.0", "2.0.0"));
    assert_eq!((&change.state, &change.owner), (&version.state, &Owner::Publisher));
}

#[tokio::test]
async fn a_gap_is_detected_wherever_it_is() {
    let registry = long_history().await;
    let records = registry.table().keys("CHANGES#").await;
    assert_eq!(records.len(), 1100);
    // From the end, so that each is the only one below it: last, first and last of a partition, middle, first.
    for missing in [1100_u64, 1000, 999, 500, 1] {
        let sort = format!("{missing:020}");
        let key = records.iter().find(|(_, sk)| *sk == sort).unwrap();
        registry.table().delete(key).await;
        match registry.writer.changes(Serial(missing - 1), Serial(1100)).await {
            Err(StoreError::Gap { expected, .. }) => assert_eq!(expected, missing),
            other => panic!("{other:?}"),
        }
        let error = registry.writer.changes(Serial(0), Serial(1100)).await.unwrap_err();
        assert!(matches!(error, StoreError::Gap { expected, .. } if expected == missing), "{error}");
        assert!(registry.writer.changes(Serial(0), Serial(missing - 1)).await.is_ok());
    }
}

#[tokio::test]
async fn a_reader_does_not_answer_across_a_gap() {
    let registry = Registry::new().await;
    let client = registry.client();
    registry.put(&[Version::new("io.x/one", "1.0.0")]).await;
    let _ = client.get("/v0.1/servers").await.ok();
    registry.put(&[Version::new("io.x/one", "2.0.0"), Version::new("io.x/two", "1.0.0")]).await;
    let records = registry.table().keys("CHANGES#").await;
    registry.table().delete(&records[1]).await;
    let (status, detail) = client.get("/v0.1/servers").await.problem();
    assert_eq!(status, 503);
    assert!(detail.contains("cannot reach its store"), "{detail}");
    // The snapshot that is made from the table alone does not need the record.
    registry.sync.rebuild().await.unwrap();
    assert_eq!(berth_tests::listed(&client.get("/v0.1/servers").await.ok()).len(), 3);
}
