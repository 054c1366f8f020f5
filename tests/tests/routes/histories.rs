//! Random histories of publishes, edits, status changes and deletions against a model that a reader understands at once.

use std::collections::BTreeMap;

use berth_tests::{Answer, Publisher, Registry, document, version_path, walk_entries, with_remotes};
use proptest::prelude::*;
use serde_json::{Value, json};

const NAMES: [&str; 3] = ["a.b/one", "a.b/two", "c.d/one"];
/// Versions with their rank; 0 is no semantic version, and equal ranks are equal.
const VERSIONS: [(&str, u8); 7] =
    [("snapshot", 0), ("build-7", 0), ("1.0.0-rc.1", 1), ("1.0.0", 2), ("1.0.0+b1", 2), ("v1.0.0", 2), ("2.0.0", 3)];
const URLS: [&str; 3] = ["https://x.example/mcp", "https://y.example/mcp", "https://z.example/mcp"];
const STATUSES: [&str; 3] = ["active", "deprecated", "deleted"];
const OFFICIAL: &str = "io.modelcontextprotocol.registry/official";

#[derive(Clone, Debug)]
enum Step {
    Publish {
        name: usize,
        version: usize,
        text: u8,
        urls: Vec<usize>,
    },
    Edit {
        name: usize,
        version: usize,
        text: u8,
        urls: Vec<usize>,
    },
    Status {
        name: usize,
        version: usize,
        status: usize,
        message: Option<u8>,
    },
    All {
        name: usize,
        status: usize,
        message: Option<u8>,
    },
    Delete {
        name: usize,
        version: usize,
    },
    /// `sync` publishes a snapshot, and another process answers from here on.
    Snapshot,
}

fn step() -> impl Strategy<Value = Step> {
    let name = || 0..NAMES.len();
    let version = || 0..VERSIONS.len();
    let urls = || prop::collection::vec(0..URLS.len(), 0..=2);
    let message = || prop::option::weighted(0.4, 0..2_u8);
    prop_oneof![
        6 => (name(), version(), 0..2_u8, urls())
            .prop_map(|(name, version, text, urls)| Step::Publish { name, version, text, urls }),
        2 => (name(), version(), 0..3_u8, urls())
            .prop_map(|(name, version, text, urls)| Step::Edit { name, version, text, urls }),
        3 => (name(), version(), 0..3_usize, message())
            .prop_map(|(name, version, status, message)| Step::Status { name, version, status, message }),
        1 => (name(), 0..3_usize, message()).prop_map(|(name, status, message)| Step::All { name, status, message }),
        2 => (name(), version()).prop_map(|(name, version)| Step::Delete { name, version }),
        1 => Just(Step::Snapshot),
    ]
}

/// One version as the model has it.
#[derive(Clone, Debug)]
struct Entry {
    server: Value,
    status: String,
    message: Option<String>,
    /// Published, updated, status changed: as the answer to the change said.
    times: [String; 3],
    order: usize,
    touched: bool,
}

#[derive(Default)]
struct Model {
    servers: BTreeMap<String, BTreeMap<String, Entry>>,
    published: usize,
}

impl Entry {
    fn is_visible(&self) -> bool {
        self.status != "deleted"
    }

    fn urls(&self) -> Vec<&str> {
        let remotes = self.server["remotes"].as_array();
        remotes.into_iter().flatten().map(|remote| remote["url"].as_str().unwrap()).collect()
    }

    fn set(&mut self, status: &str, message: Option<&String>, times: [String; 3]) {
        if self.status == status && self.message.as_ref() == message {
            return;
        }
        let before = std::mem::replace(&mut self.times, times);
        assert_eq!(before[0], self.times[0], "when it was published does not move");
        assert!(before[1] < self.times[1], "an update has a time");
        assert_eq!(before[2] == self.times[2], self.status == status, "the status changes with its time");
        (self.status, self.message, self.touched) = (status.to_owned(), message.cloned(), true);
    }
}

impl Model {
    fn holder(&self, url: &str) -> Option<&str> {
        let holds = |versions: &BTreeMap<String, Entry>| {
            versions.values().any(|entry| entry.is_visible() && entry.urls().contains(&url))
        };
        self.servers.iter().find(|(_, versions)| holds(versions)).map(|(name, _)| name.as_str())
    }

    fn conflicts(&self, name: &str, urls: &[&str]) -> bool {
        urls.iter().any(|url| self.holder(url).is_some_and(|holder| holder != name))
    }

    /// The highest visible version, else the highest of all.
    fn latest(&self, name: &str) -> &str {
        let rank = |version: &str| VERSIONS.iter().find(|(other, _)| *other == version).unwrap().1;
        let best = self.servers[name].iter().max_by_key(|(version, entry)| {
            let rank = rank(version);
            let order = entry.order as i64;
            // Of what is no semantic version the last published counts, of equals the first.
            (entry.is_visible(), rank, if rank == 0 { order } else { -order })
        });
        best.unwrap().0
    }

    fn render(&self, name: &str, version: &str) -> Value {
        let entry = &self.servers[name][version];
        let mut official = json!({"status": entry.status, "publishedAt": entry.times[0], "updatedAt": entry.times[1],
            "statusChangedAt": entry.times[2], "isLatest": self.latest(name) == version});
        if let Some(message) = &entry.message {
            official["statusMessage"] = json!(message);
        }
        json!({"server": entry.server, "_meta": {OFFICIAL: official}})
    }

    /// Entries in list order.
    fn list(&self, keep: impl Fn(&str, &str, &Entry) -> bool) -> Vec<Value> {
        let all = self.servers.iter().flat_map(|(name, versions)| versions.iter().map(move |entry| (name, entry)));
        let kept = all.filter(|(name, (version, entry))| keep(name, version, entry));
        kept.map(|(name, (version, _))| self.render(name, version)).collect()
    }
}

fn times(entry: &Value) -> [String; 3] {
    let official = &entry["_meta"][OFFICIAL];
    ["publishedAt", "updatedAt", "statusChangedAt"].map(|key| official[key].as_str().unwrap().to_owned())
}

fn body(name: usize, version: usize, text: u8, urls: &[usize]) -> (&'static str, &'static str, Value) {
    let (name, version) = (NAMES[name], VERSIONS[version].0);
    let mut document = document(name, version);
    document["description"] = json!(format!("text {text}"));
    if !urls.is_empty() {
        document = with_remotes(document, &urls.iter().map(|url| URLS[*url]).collect::<Vec<_>>());
    }
    (name, version, document)
}

/// Takes one step in both worlds; the status codes must agree.
async fn take(step: &Step, model: &mut Model, publisher: &Publisher) {
    let answer: Answer;
    let expected = match step {
        Step::Snapshot => return,
        Step::Publish { name, version, text, urls } => {
            let (name, version, document) = body(*name, *version, *text, urls);
            answer = publisher.publish(&document).await;
            let urls: Vec<&str> = urls.iter().map(|url| URLS[*url]).collect();
            let stored = model.servers.get(name).and_then(|versions| versions.get(version));
            match stored {
                Some(stored) if stored.server == document && !stored.touched => 200,
                _ if stored.is_some() || model.conflicts(name, &urls) => 400,
                _ => {
                    model.published += 1;
                    let entry = Entry {
                        server: document,
                        status: "active".to_owned(),
                        message: None,
                        times: times(&answer.ok()),
                        order: model.published,
                        touched: false,
                    };
                    assert!(entry.times.iter().all(|time| *time == entry.times[0]));
                    model.servers.entry(name.to_owned()).or_default().insert(version.to_owned(), entry);
                    200
                }
            }
        }
        Step::Edit { name, version, text, urls } => {
            let (name, version, document) = body(*name, *version, *text, urls);
            answer = publisher.edit(name, version, &document).await;
            let urls: Vec<&str> = urls.iter().map(|url| URLS[*url]).collect();
            let conflicts = model.conflicts(name, &urls);
            let stored = model.servers.get_mut(name).and_then(|versions| versions.get_mut(version));
            match stored.filter(|entry| entry.is_visible()) {
                None => 404,
                Some(_) if conflicts => 400,
                Some(entry) => {
                    let after = times(&answer.ok());
                    assert!((&after[0], &after[2]) == (&entry.times[0], &entry.times[2]) && after[1] > entry.times[1]);
                    (entry.server, entry.times, entry.touched) = (document, after, true);
                    200
                }
            }
        }
        Step::Status { name, version, status, message } => {
            let (name, version, status) = (NAMES[*name], VERSIONS[*version].0, STATUSES[*status]);
            let message = message.map(|message| format!("message {message}"));
            answer = publisher.set_status(name, version, json!({"status": status, "statusMessage": message})).await;
            let stored = model.servers.get(name).and_then(|versions| versions.get(version)).cloned();
            match stored {
                None => 404,
                Some(_) if status == "active" && message.is_some() => 400,
                Some(entry) if entry.status == status && entry.message == message => 400,
                Some(entry) if status != "deleted" && model.conflicts(name, &entry.urls()) => 400,
                Some(_) => {
                    let entry = model.servers.get_mut(name).unwrap().get_mut(version).unwrap();
                    entry.set(status, message.as_ref(), times(&answer.ok()));
                    200
                }
            }
        }
        Step::All { name, status, message } => {
            let (name, status) = (NAMES[*name], STATUSES[*status]);
            let message = message.map(|message| format!("message {message}"));
            answer = publisher.set_all(name, json!({"status": status, "statusMessage": message})).await;
            match model.servers.get(name) {
                None => 404,
                Some(_) if status == "active" && message.is_some() => 400,
                Some(all) if all.values().all(|entry| entry.status == status && entry.message == message) => 400,
                Some(all) if status != "deleted" && all.values().any(|entry| model.conflicts(name, &entry.urls())) => {
                    400
                }
                Some(_) => {
                    let after = answer.ok();
                    let all = model.servers.get_mut(name).unwrap();
                    assert_eq!(after["updatedCount"], all.len());
                    for entry in after["servers"].as_array().unwrap() {
                        let version = entry["server"]["version"].as_str().unwrap();
                        all.get_mut(version).unwrap().set(status, message.as_ref(), times(entry));
                    }
                    200
                }
            }
        }
        Step::Delete { name, version } => {
            let (name, version) = (NAMES[*name], VERSIONS[*version].0);
            answer = publisher.delete(name, version).await;
            let stored = model.servers.get_mut(name).and_then(|versions| versions.get_mut(version));
            match stored {
                None => 404,
                Some(entry) if !entry.is_visible() => 200,
                Some(entry) => {
                    entry.set("deleted", None, times(&answer.ok()));
                    200
                }
            }
        }
    };
    assert_eq!(answer.status, expected, "{step:?}: {}", answer.text());
}

/// Every read route.
async fn compare(model: &Model, publisher: &Publisher) {
    let client = &publisher.client;
    let visible = |_: &str, _: &str, entry: &Entry| entry.is_visible();
    assert_eq!(walk_entries(client, "/v0.1/servers?limit=2").await, model.list(visible));
    assert_eq!(walk_entries(client, "/v0.1/servers?limit=3&include_deleted=true").await, model.list(|_, _, _| true));
    let latest = model.list(|name, version, entry| entry.is_visible() && model.latest(name) == version);
    assert_eq!(walk_entries(client, "/v0.1/servers?version=latest").await, latest);
    let exact = model.list(|_, version, entry| entry.is_visible() && version == "1.0.0");
    assert_eq!(walk_entries(client, "/v0.1/servers?version=1.0.0").await, exact);
    let by_name = model.list(|name, _, entry| entry.is_visible() && name.contains("one"));
    assert_eq!(walk_entries(client, "/v0.1/servers?search=ONE").await, by_name);
    let by_text = model.list(|_, _, entry| entry.is_visible() && entry.server["description"] == "text 1");
    assert_eq!(walk_entries(client, "/v0.1/servers?search=text%201").await, by_text);
    for name in NAMES {
        let versions =
            client.get(&format!("/v0/servers/{}/versions?include_deleted=true", name.replace('/', "%2F"))).await;
        let Some(stored) = model.servers.get(name) else {
            assert_eq!(versions.status, 404);
            continue;
        };
        let mut newest_first: Vec<_> = stored.iter().collect();
        newest_first.sort_by_key(|(_, entry)| std::cmp::Reverse(entry.order));
        let expected: Vec<Value> = newest_first.iter().map(|(version, _)| model.render(name, version)).collect();
        assert_eq!(versions.ok()["servers"], json!(expected));
        for (version, entry) in stored {
            let one = client.get(&version_path(name, version, "")).await;
            assert_eq!(one.status, if entry.is_visible() { 200 } else { 404 });
            let one = client.get(&version_path(name, version, "?include_deleted=true")).await;
            assert_eq!(one.ok(), model.render(name, version));
        }
        let latest = client.get(&version_path(name, "latest", "?include_deleted=true")).await;
        assert_eq!(latest.ok(), model.render(name, model.latest(name)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_is_read_as_it_was_written(steps in prop::collection::vec(step(), 1..30)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let registry = Registry::new().await;
            let (mut model, mut publisher) = (Model::default(), registry.publisher());
            for step in &steps {
                if matches!(step, Step::Snapshot) {
                    registry.sync.publish().await.unwrap();
                    publisher = registry.publisher();
                }
                take(step, &mut model, &publisher).await;
                compare(&model, &publisher).await;
            }
            // A process that has seen nothing, and the state that the change records give.
            compare(&model, &registry.publisher()).await;
            registry.sync.rebuild().await.unwrap();
            compare(&model, &registry.publisher()).await;
        });
    }
}
