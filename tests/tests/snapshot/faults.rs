//! A publisher that dies between any two puts leaves the previous snapshot in force.

use std::collections::BTreeMap;

use berth_tests::{FailingBucket, Fault, Registry, Version, walk};
use registry::snapshot::{SnapshotError, SnapshotReader, publish};

use super::mirrors;

const LIST: &str = "/v0.1/servers?limit=100";

async fn started() -> Registry {
    let servers: Vec<Version> = (0..300).map(|n| Version::new(&format!("io.x/server-{n}"), "1.0.0")).collect();
    Registry::with(&servers).await
}

/// What a reader of the bucket alone sees.
async fn snapshot_serial(registry: &Registry) -> u64 {
    let snapshot = SnapshotReader::new(registry.stores.bucket()).open().await.unwrap();
    for number in 0..snapshot.index().servers() {
        snapshot.server_state(number).await.unwrap().unwrap();
    }
    snapshot.serial().0
}

#[tokio::test]
async fn a_crash_between_any_two_puts_leaves_the_previous_snapshot_in_force() {
    for fault in [Fault::Before, Fault::After] {
        let mut fails_at = 0;
        loop {
            let registry = started().await;
            let before = snapshot_serial(&registry).await;
            let changes: Vec<Version> =
                (0..300).step_by(50).map(|n| Version::new(&format!("io.x/server-{n}"), "2.0.0")).collect();
            let serial = registry.put(&changes).await;
            let expected = walk(&registry.client(), LIST).await;

            let reader = SnapshotReader::new(registry.stores.bucket());
            let previous = reader.open().await.unwrap();
            let state = registry.writer.full_state().await.unwrap();
            let changed: BTreeMap<_, _> =
                state.servers.into_iter().filter(|(_, server)| server.versions.len() > 1).collect();
            let bucket = FailingBucket::new(registry.stores.bucket(), fault, fails_at);
            let published =
                publish(&reader, &bucket, &previous, &changed, serial, state.time, mirrors(&registry)).await;

            let Err(error) = published else {
                println!("{fault:?}: {fails_at} puts");
                assert!(fails_at >= 5, "blocks, index, two exports and the pointer are more puts");
                break;
            };
            assert!(error.to_string().contains("the fault"), "{error}");
            // Stored, but its publisher did not hear of it: the last put is the pointer.
            let now = snapshot_serial(&registry).await;
            assert!(now == before || (fault == Fault::After && now == serial.0), "put {fails_at}: {before} -> {now}");
            assert_eq!(walk(&registry.client(), LIST).await, expected, "put {fails_at}");
            let next = registry.sync.publish().await.unwrap();
            assert_eq!(next.pointer.serial, serial, "put {fails_at}");
            assert_eq!(snapshot_serial(&registry).await, serial.0);
            assert_eq!(walk(&registry.client(), LIST).await, expected, "put {fails_at}");
            fails_at += 1;
        }
    }
}

#[tokio::test]
async fn one_of_two_publishers_wins() {
    let registry = started().await;
    let serial = registry.put(&[Version::new("io.x/server-1", "2.0.0")]).await;
    let reader = SnapshotReader::new(registry.stores.bucket());
    let previous = reader.open().await.unwrap();
    let state = registry.writer.full_state().await.unwrap();
    let bucket = registry.stores.bucket();
    publish(&reader, &bucket, &previous, &state.servers, serial, state.time, mirrors(&registry)).await.unwrap();
    let second = publish(&reader, &bucket, &previous, &state.servers, serial, state.time, mirrors(&registry)).await;
    assert!(matches!(second, Err(SnapshotError::Raced)), "{second:?}");
    // The loser takes the winner's snapshot as its base and goes on.
    assert_eq!(registry.sync.publish().await.unwrap().pointer.serial, serial);
}
