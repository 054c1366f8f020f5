//! The serial is dense: every change moves it by one, whoever writes.

use std::collections::BTreeSet;
use std::sync::Arc;

use berth_tests::{Registry, Version, change};
use registry::store::{CommitError, Serial, Writer};
use registry::time::Timestamp;

const WRITERS: usize = 16;
const COMMITS: usize = 12;

/// Commits one new version of a server, deciding again as often as the race for its head is lost.
async fn publish(writer: &Writer, version: &Version) {
    loop {
        let before = writer.server(&version.name).await.unwrap();
        match writer.commit(&[change(before.as_ref(), std::slice::from_ref(version), None)], Timestamp::now()).await {
            Ok(_) => return,
            Err(CommitError::Raced(_) | CommitError::Busy(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

/// The changes are exactly `1..=count`, and the versions of the table are exactly theirs.
async fn assert_dense(registry: &Registry, count: usize) {
    assert_eq!(registry.serial().await, Serial(count as u64));
    let changes = registry.writer.changes(Serial(0), Serial(count as u64)).await.unwrap();
    let serials: Vec<u64> = changes.iter().map(|change| change.serial.0).collect();
    assert_eq!(serials, (1..=count as u64).collect::<Vec<_>>());
    assert_eq!(registry.table().keys("CHANGES#").await.len(), count);
    let changed: BTreeSet<_> = changes.iter().map(|change| (change.name.clone(), change.version.clone())).collect();
    let state = registry.writer.full_state().await.unwrap();
    let stored = state.servers.iter().flat_map(|(name, server)| {
        server.versions.keys().map(|version| (name.clone(), version.clone())).collect::<Vec<_>>()
    });
    assert_eq!(stored.collect::<BTreeSet<_>>(), changed);
}

async fn race(name_of: impl Fn(usize, usize) -> String) {
    let registry = Arc::new(Registry::new().await);
    let mut writers = tokio::task::JoinSet::new();
    for number in 0..WRITERS {
        // A writer of its own is a process of its own: it knows nothing of the others' commits.
        let writer = registry.stores.writer();
        let versions: Vec<Version> =
            (0..COMMITS).map(|n| Version::new(&name_of(number, n), &format!("{number}.{n}.0"))).collect();
        writers.spawn(async move {
            for version in versions {
                publish(&writer, &version).await;
            }
        });
    }
    while let Some(joined) = writers.join_next().await {
        joined.unwrap();
    }
    assert_dense(&registry, WRITERS * COMMITS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_dense_under_writers_of_different_servers() {
    race(|writer, number| format!("io.w{writer}/s{}", number / 2)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_dense_under_writers_of_one_server() {
    race(|_, _| "io.x/shared".to_owned()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_dense_under_tasks_that_share_a_writer() {
    let registry = Arc::new(Registry::new().await);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..WRITERS {
        let registry = Arc::clone(&registry);
        tasks.spawn(async move {
            publish(&registry.writer, &Version::new(&format!("io.x/s{number}x"), "1.0.0")).await;
        });
    }
    tasks.join_all().await;
    assert_dense(&registry, WRITERS).await;
}

#[tokio::test]
async fn begins_at_zero_and_the_hint_of_the_snapshot_never_moves_it() {
    let registry = Registry::new().await;
    assert_eq!(registry.serial().await, Serial(0));
    assert!(registry.writer.changes(Serial(0), Serial(0)).await.unwrap().is_empty());
    // The hint creates the counter's item, before there is a serial in it.
    registry.writer.announce_snapshot(Serial(0)).await.unwrap();
    assert_eq!(registry.put(&[Version::new("io.x/one", "1.0.0")]).await, Serial(1));
    registry.writer.announce_snapshot(Serial(7)).await.unwrap();
    registry.writer.announce_snapshot(Serial(3)).await.unwrap();
    let counter = registry.writer.counter().await.unwrap();
    assert_eq!((counter.serial, counter.snapshot), (Serial(1), Serial(7)));
}
