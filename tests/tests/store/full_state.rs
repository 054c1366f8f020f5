//! A scan that is exact although others write while it runs.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use berth_tests::{Registry, Version};
use registry::model::{ServerName, Status};
use registry::store::{FullState, Serial, ServerState};

/// The state at a serial by the change records alone.
async fn replayed(registry: &Registry, serial: Serial) -> FullState {
    let mut servers: BTreeMap<ServerName, Option<ServerState>> = BTreeMap::new();
    let changes = registry.writer.changes(Serial(0), serial).await.unwrap();
    let time = changes.last().map(|change| change.at);
    for change in changes {
        ServerState::apply(servers.entry(change.name.clone()).or_default(), change);
    }
    let servers = servers.into_iter().map(|(name, state)| (name, state.unwrap())).collect();
    FullState { serial, time, servers }
}

#[tokio::test]
async fn of_an_empty_registry_is_empty() {
    let registry = Registry::new().await;
    assert_eq!(registry.writer.full_state().await.unwrap(), FullState::default());
}

#[tokio::test]
async fn is_what_the_records_lead_to() {
    let registry = Registry::new().await;
    for round in 0..4 {
        let status = if round == 3 { Status::Deleted } else { Status::Active };
        let versions: Vec<Version> = (0..30)
            .map(|n| Version::new(&format!("io.x/s{n}x"), &format!("{}.0.0", round % 3)).status(status))
            .collect();
        registry.put(&versions).await;
    }
    let state = registry.writer.full_state().await.unwrap();
    assert_eq!(state, replayed(&registry, Serial(120)).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_exact_while_others_write() {
    let registry = Arc::new(Registry::new().await);
    let versions: Vec<Version> = (0..400).map(|n| Version::new(&format!("io.x/s{n:03}x"), "0.0.0")).collect();
    registry.put(&versions).await;
    let stop = Arc::new(AtomicBool::new(false));
    let writer = tokio::spawn({
        let (registry, stop) = (Arc::clone(&registry), Arc::clone(&stop));
        async move {
            let mut round = 1;
            while !stop.load(Ordering::SeqCst) {
                // New servers among the old ones, new versions, and edits.
                let versions: Vec<Version> = (0..5)
                    .flat_map(|n| {
                        let place = (round * 37 + n * 101) % 400;
                        [
                            Version::new(&format!("io.x/s{place:03}x"), &format!("{round}.0.0")),
                            Version::new(&format!("io.x/s{place:03}x"), "0.0.0").description(&format!("round {round}")),
                            Version::new(&format!("io.x/s{place:03}new{round}"), "1.0.0"),
                        ]
                    })
                    .collect();
                registry.put(&versions).await;
                round += 1;
            }
        }
    });
    let mut serials = Vec::new();
    for _ in 0..6 {
        let state = registry.stores.writer().full_state().await.unwrap();
        let expected = replayed(&registry, state.serial).await;
        assert!(state == expected, "the scan and the records differ at serial {}", state.serial);
        serials.push(state.serial);
    }
    stop.store(true, Ordering::SeqCst);
    writer.await.unwrap();
    assert!(serials.is_sorted());
    assert!(serials.last() > serials.first(), "nothing was written meanwhile");
}
