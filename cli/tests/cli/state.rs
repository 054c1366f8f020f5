//! What must hold of a data directory that nobody uses, whatever happened to the processes that used it.

use std::collections::BTreeMap;
use std::path::Path;

use berth_local::Stores;
use registry::model::{ServerJson, ServerName};
use registry::snapshot::SnapshotReader;
use registry::store::{Change, FullState, Head, Serial, ServerItem, ServerState, StoreError};

type Servers = BTreeMap<ServerName, ServerState>;

/// Opens the stores, checks every invariant, and returns the state.
pub(crate) fn check(data: &Path) -> FullState {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let stores = Stores::embedded(data).await.unwrap();
        let table = stores.writer();
        let state = table.full_state().await.unwrap();
        // Dense: a gap is an error.
        let changes = table.changes(Serial(0), state.serial).await.unwrap();
        assert_eq!(changes.len() as u64, state.serial.0);
        assert_eq!(replayed(&changes, state.serial), state.servers, "the changes make the state");
        for (name, server) in &state.servers {
            assert!(server.versions.contains_key(&server.latest), "{name}: {} does not exist", server.latest);
        }
        assert_eq!(
            heads(&table).await,
            state.servers.iter().map(|(name, server)| (name.clone(), server.head())).collect()
        );
        claims(&table, &state.servers).await;
        snapshot(&SnapshotReader::new(stores.bucket()), &changes, state.serial).await;
        state
    })
}

fn replayed(changes: &[Change], upto: Serial) -> Servers {
    let mut servers: BTreeMap<ServerName, Option<ServerState>> = BTreeMap::new();
    for change in changes.iter().filter(|change| change.serial <= upto) {
        ServerState::apply(servers.entry(change.name.clone()).or_default(), change.clone());
    }
    servers.into_iter().map(|(name, state)| (name, state.unwrap())).collect()
}

/// The heads as they are stored, with the number of versions that they claim.
async fn heads(table: &registry::store::Reader) -> BTreeMap<ServerName, Head> {
    let mut heads = BTreeMap::new();
    let visit = |name, item| {
        if let ServerItem::Head(head) = item {
            heads.insert(name, head);
        }
        Ok::<_, StoreError>(())
    };
    table.scan(visit).await.unwrap();
    heads
}

/// Each remote URL is held by the server that has it.
async fn claims(table: &registry::store::Reader, servers: &Servers) {
    let mut expected = std::collections::HashMap::new();
    for (name, server) in servers {
        for version in server.versions.values() {
            let document: ServerJson = serde_json::from_str(&version.document).unwrap();
            for url in document.remote_urls() {
                let other = expected.insert(url.to_owned(), name.as_str().to_owned());
                assert!(other.is_none_or(|other| other == name.as_str()), "{url} has two holders");
            }
        }
    }
    let urls: Vec<String> = expected.keys().cloned().collect();
    assert_eq!(table.remote_holders(&urls).await.unwrap(), expected);
}

/// A snapshot that is published can be read whole, and is the state at its serial.
async fn snapshot(snapshots: &SnapshotReader, changes: &[Change], serial: Serial) {
    let snapshot = snapshots.open().await.unwrap();
    if !snapshot.is_published() {
        return;
    }
    assert!(snapshot.serial() <= serial);
    let mut servers = Servers::new();
    for (name, place) in snapshot.places() {
        servers.insert(name.parse().unwrap(), snapshot.server_state(place).await.unwrap().unwrap());
    }
    assert_eq!(servers, replayed(changes, snapshot.serial()), "the snapshot is the state at its serial");
}
