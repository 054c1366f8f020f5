//! A snapshot that is built from the previous one has the bytes of one that is built from the table.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use berth_tests::{Registry, Version, walk, walk_entries};
use bytes::Bytes;
use proptest::sample::select;
use registry::model::Status;
use registry::snapshot::{Fold, SnapshotReader, publish};

use super::histories::{Step, each_history};
use super::{pointer, publication};

const PATH: &str = "/v0.1/servers?limit=7&include_deleted=true";

/// How a snapshot is published.
#[derive(Clone, Copy, Debug)]
enum Publish {
    WithDelta,
    Folded,
}

#[test]
fn incremental_and_full_builds_are_equal() {
    each_history(0..255, select(vec![Publish::WithDelta, Publish::Folded]), check);
}

async fn check(history: &[Step<Publish>]) {
    let registry = Registry::new().await;
    // One reader lives through the whole history and keeps what it has read.
    let client = registry.client();
    for (number, step) in history.iter().enumerate() {
        match step {
            Step::Put(put) => drop(registry.put(&[put.version(number)]).await),
            Step::Publish(Publish::WithDelta) => {
                let overlaid = walk(&client, PATH).await;
                registry.sync.publish().await.unwrap();
                assert_eq!(walk(&registry.client(), PATH).await, overlaid, "delta and overlay differ");
            }
            Step::Publish(Publish::Folded) => {
                registry.sync.fold().await.unwrap();
                compare_with_full_build(&registry).await;
            }
        }
    }
    let overlaid = walk(&client, PATH).await;
    registry.sync.fold().await.unwrap();
    compare_with_full_build(&registry).await;
    assert_eq!(walk(&registry.client(), PATH).await, overlaid, "snapshot and overlay differ");
}

/// Builds from the table alone into another bucket, and compares every object that readers of the catalogue need. Exports are
/// older in the one that is kept up to date: see `promise`.
async fn compare_with_full_build(registry: &Registry) {
    let state = registry.writer.full_state().await.unwrap();
    static BUCKETS: AtomicUsize = AtomicUsize::new(0);
    let name = format!("full-{}", BUCKETS.fetch_add(1, Ordering::Relaxed));
    let bucket = registry.other_bucket(&name).await;
    let reader = SnapshotReader::new(bucket.clone());
    let publication = publication(registry, state.serial, state.time, Fold::Now);
    publish(&reader, &bucket, &reader.empty(), &state.servers, publication).await.unwrap();
    let full = registry.objects_of(&name).all().await;
    let incremental = registry.objects().all().await;
    let of_readers = |key: &&String| key.starts_with("blocks/") || key.starts_with("index/");
    assert_eq!(pointer(&full)["index"], pointer(&incremental)["index"]);
    for key in full.keys().filter(of_readers) {
        let bytes = &full[key];
        assert_eq!(incremental.get(key), Some(bytes), "{key} differs at serial {}", state.serial);
    }
}

#[tokio::test]
async fn a_fold_of_one_server_into_twelve_thousand_rewrites_at_most_two_blocks() {
    let registry = Registry::new().await;
    let servers: Vec<Version> =
        (0..12_000).map(|n| Version::new(&format!("com.example.n{}/server-{n}", n % 997), "1.0.0")).collect();
    registry.put(&servers).await;
    let published = registry.sync.publish().await.unwrap();
    assert!(published.blocks > 100, "{published:?}");
    let before = registry.objects().keys().await;
    // A version of a server that is there, and new servers: their names begin blocks now and then.
    let mut counts = BTreeMap::<usize, usize>::new();
    registry.put(&[Version::new("com.example.n5/server-5", "2.0.0")]).await;
    let published = registry.sync.publish().await.unwrap();
    assert_eq!(published.blocks_written, 0, "it is in the delta");
    assert_eq!((published.pointer.servers, published.pointer.versions), (12_000, 12_001));
    let published = registry.sync.fold().await.unwrap();
    println!(
        "one version into 12,000: {} of {} blocks, {} bytes",
        published.blocks_written, published.blocks, published.bytes_written
    );
    assert_eq!(published.blocks_written, 1);
    for number in 0..12 {
        registry.put(&[Version::new(&format!("com.example.new/server-{number}"), "1.0.0")]).await;
        let published = registry.sync.fold().await.unwrap();
        *counts.entry(published.blocks_written).or_default() += 1;
    }
    println!("new servers by blocks rewritten: {counts:?}");
    assert!(counts.keys().all(|blocks| (1..=2).contains(blocks)), "{counts:?}");
    assert!(registry.objects().keys().await.len() > before.len());
}

#[tokio::test]
async fn a_delta_that_has_grown_becomes_part_of_the_index() {
    let registry = Registry::with(&[Version::new("io.x/server-0", "1.0.0")]).await;
    let large = "x".repeat(100 * 1024);
    let mut folded = 0;
    for number in 1..=40 {
        registry.put(&[Version::new(&format!("io.x/server-{number}"), "1.0.0").description(&large)]).await;
        let published = registry.sync.publish().await.unwrap();
        folded += usize::from(published.pointer.delta.is_none());
        assert_eq!((published.pointer.servers, published.pointer.versions), (number + 1, number + 1));
    }
    assert!((2..=4).contains(&folded), "{folded} of 40 publishes of 4 MB");
    assert_eq!(walk_entries(&registry.client(), PATH).await.len(), 41);
}

#[tokio::test]
async fn a_rebuild_holds_what_was_changed_in_any_way() {
    let servers: Vec<Version> = (0..150).map(|n| Version::new(&format!("io.x/server-{n}"), "1.0.0")).collect();
    let registry = Registry::with(&servers).await;
    registry.put(&[Version::new("io.x/server-3", "2.0.0"), Version::new("io.x/new", "1.0.0")]).await;
    registry.sync.publish().await.unwrap();
    registry.put(&[Version::new("io.x/server-3", "3.0.0").status(Status::Deleted)]).await;
    let before = walk(&registry.client(), PATH).await;
    let rebuilt = registry.sync.rebuild().await.unwrap();
    assert_eq!((rebuilt.pointer.servers, rebuilt.pointer.versions, rebuilt.pointer.delta), (151, 153, None));
    assert_eq!(walk(&registry.client(), PATH).await, before);
    compare_with_full_build(&registry).await;
}

#[tokio::test]
async fn a_snapshot_of_the_empty_registry_is_a_base_too() {
    let registry = Registry::new().await;
    registry.sync.publish().await.unwrap();
    let serial = registry.put(&[Version::new("io.x/yy", "1.0.0")]).await;
    assert_eq!(registry.sync.publish().await.unwrap().pointer.serial, serial);
}

#[tokio::test]
async fn nothing_new_writes_nothing() {
    let registry = Registry::with(&[Version::new("io.x/yy", "1.0.0")]).await;
    let objects: BTreeMap<String, Bytes> = registry.objects().all().await;
    let published = registry.sync.publish().await.unwrap();
    assert_eq!((published.blocks_written, published.bytes_written), (0, 0));
    assert_eq!(registry.objects().all().await, objects);
    registry.sync.rebuild().await.unwrap();
    assert_eq!(registry.objects().all().await, objects, "a rebuild of the same state has other bytes");
}
