//! A snapshot that is built from the previous one has the bytes of one that is built from the table.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use berth_tests::{Registry, Version, walk};
use bytes::Bytes;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use registry::model::Status;
use registry::snapshot::{SnapshotReader, publish};

use super::{mirrors, pointer};

/// One step of a history.
#[derive(Clone, Debug)]
enum Step {
    /// Writes a version of a server: with what text, and with which status.
    Put { server: u8, version: u8, text: u8, status: Status },
    /// Publishes a snapshot.
    Publish,
}

fn step() -> impl Strategy<Value = Step> {
    let status = prop_oneof![4 => Just(Status::Active), 1 => Just(Status::Deprecated), 1 => Just(Status::Deleted)];
    let put = (any::<u8>(), 0..4_u8, any::<u8>(), status).prop_map(|(server, version, text, status)| Step::Put {
        server,
        version,
        text,
        status,
    });
    prop_oneof![5 => put, 1 => Just(Step::Publish)]
}

#[test]
fn incremental_and_full_builds_are_equal() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
    let histories = prop::collection::vec(step(), 1..60);
    let outcome = runner.run(&histories, |history| {
        runtime.block_on(check(&history));
        Ok(())
    });
    outcome.unwrap();
}

async fn check(history: &[Step]) {
    let registry = Registry::new().await;
    // One reader lives through the whole history and keeps what it has read.
    let client = registry.client();
    for (number, step) in history.iter().enumerate() {
        match step {
            Step::Put { server, version, text, status } => {
                let version = Version::new(&format!("io.x{}/server-{server}", server % 7), &format!("{version}.0.0"))
                    .description(&format!("text {text}"))
                    .remotes(&[&format!("https://{server}.example/{text}")])
                    .status(*status)
                    .updated(&format!("2026-02-01T00:00:{:02}Z", number % 60));
                registry.put(&[version]).await;
            }
            Step::Publish => {
                registry.sync.publish().await.unwrap();
                compare_with_full_build(&registry).await;
            }
        }
    }
    let path = "/v0.1/servers?limit=7&include_deleted=true";
    let overlaid = walk(&client, path).await;
    registry.sync.publish().await.unwrap();
    compare_with_full_build(&registry).await;
    assert_eq!(walk(&registry.client(), path).await, overlaid, "snapshot and overlay differ");
}

/// Builds from the table alone into another bucket, and compares every object that readers of the catalogue need. Exports are
/// older in the one that is kept up to date: see `promise`.
async fn compare_with_full_build(registry: &Registry) {
    let state = registry.writer.full_state().await.unwrap();
    static BUCKETS: AtomicUsize = AtomicUsize::new(0);
    let name = format!("full-{}", BUCKETS.fetch_add(1, Ordering::Relaxed));
    let bucket = registry.other_bucket(&name).await;
    let reader = SnapshotReader::new(bucket.clone());
    let (reader_of_nothing, mirrors) = (reader.empty(), mirrors(registry));
    publish(&reader, &bucket, &reader_of_nothing, &state.servers, state.serial, state.time, mirrors).await.unwrap();
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
async fn a_publish_into_twelve_thousand_rewrites_at_most_two_blocks() {
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
    println!(
        "one version into 12,000: {} of {} blocks, {} bytes",
        published.blocks_written, published.blocks, published.bytes_written
    );
    assert_eq!(published.blocks_written, 1);
    for number in 0..12 {
        registry.put(&[Version::new(&format!("com.example.new/server-{number}"), "1.0.0")]).await;
        let published = registry.sync.publish().await.unwrap();
        *counts.entry(published.blocks_written).or_default() += 1;
    }
    println!("new servers by blocks rewritten: {counts:?}");
    assert!(counts.keys().all(|blocks| (1..=2).contains(blocks)), "{counts:?}");
    assert!(registry.objects().keys().await.len() > before.len());
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
