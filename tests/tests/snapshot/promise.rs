//! What the registry promises to mirrors: any changes applied to an earlier export give the bytes of a later one.

use std::collections::BTreeMap;
use std::io::Read;

use berth_tests::{Client, Registry, Version};
use flate2::read::GzDecoder;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use registry::model::{ServerName, ServerVersion, Status};
use registry::snapshot::{ChangeLine, Entry, ExportFormat, SnapshotDocument, name_and_version, with_latest};
use registry::store::Serial;
use sha2::{Digest, Sha256};

/// One step of a history.
#[derive(Clone, Debug)]
enum Step {
    /// Writes a version of a server: with what text, and with which status.
    Put { server: u8, version: u8, text: u8, status: Status },
    /// Publishes a snapshot: after a change, or by the schedule.
    Publish { is_scheduled: bool },
}

fn step() -> impl Strategy<Value = Step> {
    let status = prop_oneof![4 => Just(Status::Active), 1 => Just(Status::Deprecated), 2 => Just(Status::Deleted)];
    let put = (0..6_u8, 0..5_u8, any::<u8>(), status).prop_map(|(server, version, text, status)| Step::Put {
        server,
        version,
        text,
        status,
    });
    prop_oneof![6 => put, 1 => any::<bool>().prop_map(|is_scheduled| Step::Publish { is_scheduled })]
}

#[test]
fn changes_lead_from_any_export_to_any_later_one() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
    let histories = prop::collection::vec(step(), 1..50);
    let outcome = runner.run(&histories, |history| {
        runtime.block_on(check(&history));
        Ok(())
    });
    outcome.unwrap();
}

async fn check(history: &[Step]) {
    let registry = Registry::new().await;
    let client = registry.client();
    let mut copies = vec![Copy::default()];
    for (number, step) in history.iter().chain([&Step::Publish { is_scheduled: true }]).enumerate() {
        match step {
            Step::Put { server, version, text, status } => {
                let version = Version::new(&format!("io.x/server-{server}"), &format!("{version}.0.0"))
                    .description(&format!("text {text} \"quoted\" ünïcode\u{2028}"))
                    .status(*status)
                    .updated(&format!("2026-02-01T00:00:{:02}Z", number % 60));
                registry.put(&[version]).await;
            }
            Step::Publish { is_scheduled } => {
                if *is_scheduled {
                    registry.import(&[]).await;
                } else {
                    registry.sync.publish().await.unwrap();
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
