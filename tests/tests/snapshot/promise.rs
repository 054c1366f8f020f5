//! What the registry promises to mirrors: any changes applied to an earlier export give the bytes of a later one.

use std::collections::BTreeMap;
use std::io::Read;

use berth_tests::{Client, Registry};
use flate2::read::GzDecoder;
use proptest::sample::select;
use registry::model::{ServerName, ServerVersion};
use registry::snapshot::{ChangeLine, Entry, ExportFormat, SnapshotDocument, name_and_version, with_latest};
use registry::store::Serial;
use sha2::{Digest, Sha256};

use super::histories::{Step, each_history};

/// What publishes a snapshot.
#[derive(Clone, Copy, Debug)]
enum Publish {
    AfterAChange,
    BySchedule,
}

#[test]
fn changes_lead_from_any_export_to_any_later_one() {
    each_history(0..6, select(vec![Publish::AfterAChange, Publish::BySchedule]), check);
}

async fn check(history: &[Step<Publish>]) {
    let registry = Registry::new().await;
    let client = registry.client();
    let mut copies = vec![Copy::default()];
    for (number, step) in history.iter().chain([&Step::Publish(Publish::BySchedule)]).enumerate() {
        let publish = match step {
            Step::Put(put) => {
                registry.put(&[put.version(number)]).await;
                continue;
            }
            Step::Publish(publish) => publish,
        };
        match publish {
            Publish::AfterAChange => drop(registry.sync.publish().await.unwrap()),
            Publish::BySchedule => drop(registry.import(&[]).await),
        }
        let snapshot = snapshot(&client).await;
        let truth = truth(&registry).await;
        copies.push(Copy::of_export(&client, &snapshot).await);
        for (number, copy) in copies.iter_mut().enumerate() {
            // Some go by the files, others by the route, in pages of different sizes.
            if number % 2 == 0 {
                copy.read_files(&client, &snapshot).await;
            }
            copy.read_changes(&client, 1 + number).await;
            assert_eq!(copy.ndjson(), truth, "copy {number} at {}", copy.serial);
        }
    }
    // The schedule came last: its export is of the present.
    let last = snapshot(&client).await;
    assert!(last.exports.iter().all(|export| export.serial == last.serial), "{last:?}");
    assert_eq!(Copy::of_export(&client, &last).await.ndjson(), truth(&registry).await);
}

/// The entries, as the table has them.
async fn truth(registry: &Registry) -> String {
    let state = registry.writer.full_state().await.unwrap();
    let entries = state.servers.iter().flat_map(|(name, server)| Entry::of_server(name, server));
    entries.map(|entry| entry.json + "\n").collect()
}

async fn snapshot(client: &Client) -> SnapshotDocument {
    serde_json::from_str(client.get("/v0.1/x/dev.berth/snapshot").await.text()).unwrap()
}

/// A file of the registry, uncompressed and checked.
async fn download(client: &Client, key: &str, encoding: &str, size: u64, sha256: &str) -> String {
    let answer = client.get(&format!("/{key}")).await;
    assert_eq!(answer.status, 200, "{key}");
    let mut text = String::new();
    match encoding {
        "br" => brotli::Decompressor::new(&answer.body[..], 4096).read_to_string(&mut text).unwrap(),
        _ => GzDecoder::new(&answer.body[..]).read_to_string(&mut text).unwrap(),
    };
    assert_eq!((text.len() as u64, hex::encode(Sha256::digest(&text))), (size, sha256.to_owned()));
    text
}

/// What a mirror has.
#[derive(Default)]
struct Copy {
    serial: Serial,
    entries: BTreeMap<(ServerName, ServerVersion), String>,
}

impl Copy {
    async fn of_export(client: &Client, snapshot: &SnapshotDocument) -> Self {
        let export = snapshot.exports.iter().find(|export| export.format == ExportFormat::Ndjson).unwrap();
        let text = download(client, &export.key, &export.encoding, export.size, &export.sha256).await;
        let entries = text.lines().map(|line| (name_and_version(line).unwrap(), line.to_owned()));
        let this = Self { serial: export.serial, entries: entries.collect() };
        assert_eq!(this.ndjson(), text, "an export is in the order of lists");
        this
    }

    fn ndjson(&self) -> String {
        self.entries.values().flat_map(|entry| [entry.as_str(), "\n"]).collect()
    }

    fn apply(&mut self, line: &str) {
        let change = ChangeLine::parse(line).unwrap();
        if change.serial <= self.serial {
            return;
        }
        assert_eq!(change.serial, self.serial.plus(1));
        self.serial = change.serial;
        self.entries.insert((change.name.clone(), change.version), change.entry.into_owned());
        for ((name, version), entry) in &mut self.entries {
            if *name == change.name {
                *entry = with_latest(entry, *version == change.latest).unwrap().into_owned();
            }
        }
    }

    async fn read_files(&mut self, client: &Client, snapshot: &SnapshotDocument) {
        for file in &snapshot.changes {
            if file.first <= self.serial.plus(1) && file.last > self.serial {
                let text = download(client, &file.key, &file.encoding, file.size, &file.sha256).await;
                text.lines().for_each(|line| self.apply(line));
                assert_eq!(self.serial, file.last);
            }
        }
    }

    async fn read_changes(&mut self, client: &Client, limit: usize) {
        loop {
            let path = format!("/v0.1/x/dev.berth/changes?since={}&limit={limit}", self.serial);
            let answer = client.get(&path).await;
            let page: Page<'_> = serde_json::from_str(answer.text()).unwrap();
            page.changes.iter().for_each(|change| self.apply(change.get()));
            assert_eq!(page.metadata.next, self.serial.0);
            if page.metadata.next == page.metadata.serial {
                return;
            }
        }
    }
}

#[derive(serde::Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    changes: Vec<&'a serde_json::value::RawValue>,
    metadata: Metadata,
}

#[derive(serde::Deserialize)]
struct Metadata {
    next: u64,
    serial: u64,
}
