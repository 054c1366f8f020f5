//! Opening and publishing snapshots.

use std::hint::black_box;
use std::time::Instant;

use berth_local::Stores;
use berth_tests::{Client, Publisher, access, document};
use registry::snapshot::{Index, SnapshotReader};

use crate::figures::{micros, millis, percentiles, resident_kilobytes, sample};

pub(crate) async fn measure(stores: &Stores) {
    let before = resident_kilobytes();
    let began = Instant::now();
    let snapshot = SnapshotReader::new(stores.bucket()).open().await.expect("a snapshot");
    println!("| snapshot opened from S3 (pointer, index) | {} |", millis(began.elapsed()));
    println!("| servers, versions | {}, {} |", snapshot.servers(), snapshot.versions());
    let bytes = snapshot.index().bytes().clone();
    println!("| index: bytes | {} |", bytes.len());
    println!("| memory: opened snapshot | {} KB |", resident_kilobytes().saturating_sub(before));
    let load = sample(200, || {
        black_box(Index::load(bytes.clone()).expect("an index"));
    });
    println!("| index: load from bytes, checked | p50 {}, p99 {} |", micros(load.0), micros(load.1));
    drop(snapshot);
    one_publish(stores).await;
}

/// What one publish writes, and a new index.
async fn one_publish(stores: &Stores) {
    let publisher = Publisher::of_all(Client::new(berth_local::edge(&stores.services(&access()).expect("services"))));
    let sync = stores.sync();
    sync.publish().await.expect("a snapshot");
    let (mut times, mut bytes) = (Vec::new(), 0);
    // A directory that was measured before has the servers of that run.
    let serial = stores.catalogue().view().await.expect("a catalogue").serial().0;
    for round in 0..20 {
        let answer = publisher.publish(&document(&format!("bench.snapshots/s{serial}-{round}"), "1.0.0")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let began = Instant::now();
        let published = sync.publish().await.expect("a snapshot");
        times.push(began.elapsed());
        bytes = bytes.max(published.bytes_written);
    }
    let (p50, p99) = percentiles(times);
    println!(
        "| snapshot after one publish | p50 {}, p99 {}, at most {bytes} bytes written |",
        millis(p50),
        millis(p99)
    );
    let began = Instant::now();
    let folded = sync.fold().await.expect("a snapshot");
    println!(
        "| the same with a new index | {}, {} of {} blocks, {} bytes |",
        millis(began.elapsed()),
        folded.blocks_written,
        folded.blocks,
        folded.bytes_written
    );
}
