//! What is superseded goes after two days, and what is needed stays.

use std::collections::BTreeSet;

use berth_tests::{Registry, Version, walk_entries};
use registry::limits;
use registry::snapshot::SnapshotReader;
use registry::time::Timestamp;

const PATH: &str = "/v0.1/servers?limit=100";

fn after(seconds: i64) -> Timestamp {
    Timestamp::from_micros(Timestamp::now().as_micros() + seconds * 1_000_000).unwrap()
}

#[tokio::test]
async fn superseded_objects_go_when_their_time_is_over_and_no_others() {
    let registry = Registry::with(&[Version::new("io.x/one", "1.0.0")]).await;
    for number in 0..5 {
        registry.put(&[Version::new("io.x/one", &format!("1.1.{number}"))]).await;
        if number % 2 == 0 {
            registry.sync.publish().await.unwrap()
        } else {
            registry.sync.fold().await.unwrap()
        };
    }
    registry.objects().put("somebody/elses", "object").await;
    let before = registry.objects().keys().await;

    assert_eq!(registry.sync.sweep(after(limits::SUPERSEDED_SECONDS - 60)).await.unwrap(), 0, "they are young");
    let swept = registry.sync.sweep(after(limits::SUPERSEDED_SECONDS + 60)).await.unwrap();
    let left: BTreeSet<String> = registry.objects().keys().await.into_iter().collect();
    assert_eq!(left.len() + swept, before.len());

    let snapshot = SnapshotReader::new(registry.stores.bucket()).open().await.unwrap();
    let mut needed: BTreeSet<String> = snapshot.keys().into_iter().collect();
    needed.extend(["pointer.json".to_owned(), "somebody/elses".to_owned()]);
    assert_eq!(left, needed);
    assert!(swept >= 5, "{swept}");
    assert_eq!(walk_entries(&registry.client(), PATH).await.len(), 6);
    registry.sync.fold().await.unwrap();
    assert_eq!(walk_entries(&registry.client(), PATH).await.len(), 6);
}

#[tokio::test]
async fn a_reader_of_the_snapshot_before_goes_on() {
    let registry = Registry::with(&[Version::new("io.x/one", "1.0.0")]).await;
    let client = registry.client();
    assert_eq!(walk_entries(&client, PATH).await.len(), 1);
    registry.put(&[Version::new("io.x/one", "1.1.0")]).await;
    registry.sync.fold().await.unwrap();
    registry.sync.sweep(after(limits::SUPERSEDED_SECONDS + 60)).await.unwrap();
    assert_eq!(walk_entries(&client, PATH).await.len(), 2);
}
