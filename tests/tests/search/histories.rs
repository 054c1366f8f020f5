//! A search finds what a look at every entry finds, whatever was published when; and a snapshot changes no answer.

use std::collections::{BTreeMap, BTreeSet};

use berth_tests::{Client, Registry, Version};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, TestRunner};
use registry::model::Status;
use serde_json::{Value, json};

use crate::{names, search};

/// Words that no spelling and no form makes one of another.
const WORDS: [&str; 6] = ["kite", "lamp", "moss", "tusk", "barn", "yeti"];
const TYPES: [&str; 3] = ["npm", "oci", "pypi"];

/// One step of a history.
#[derive(Clone, Debug)]
enum Step {
    Put(Put),
    Publish,
}

#[derive(Clone, Debug)]
struct Put {
    server: u8,
    version: u8,
    words: Vec<&'static str>,
    types: Vec<&'static str>,
    status: Status,
    second: u8,
}

/// A search as the test understands it.
#[derive(Clone, Debug)]
struct Asked {
    words: Vec<&'static str>,
    types: Vec<&'static str>,
    status: Option<&'static str>,
    since: Option<u8>,
    sort: &'static str,
}

fn step() -> impl Strategy<Value = Step> {
    let status = prop_oneof![4 => Just(Status::Active), 1 => Just(Status::Deprecated), 1 => Just(Status::Deleted)];
    let words = subsequence(WORDS.to_vec(), 0..4);
    let put = (0..24_u8, 0..3_u8, words, subsequence(TYPES.to_vec(), 0..3), status, 0..60_u8);
    let put = put.prop_map(|(server, version, words, types, status, second)| {
        Step::Put(Put { server, version, words, types, status, second })
    });
    prop_oneof![8 => put, 1 => Just(Step::Publish)]
}

fn asked() -> impl Strategy<Value = Asked> {
    let words = subsequence(WORDS.to_vec(), 0..4);
    let status = prop_oneof![3 => Just(None), 1 => Just(Some("deleted")), 1 => Just(Some("active,deleted"))];
    let sort = select(vec!["relevance", "name", "updated", "published"]);
    (words, subsequence(TYPES.to_vec(), 0..3), status, prop::option::of(0..60_u8), sort)
        .prop_map(|(words, types, status, since, sort)| Asked { words, types, status, since, sort })
}

impl Asked {
    fn query(&self) -> String {
        let mut query = format!("sort={}", self.sort);
        if !self.words.is_empty() {
            // The space ends the last word.
            query += &format!("&q={}%20", self.words.join("%20"));
        }
        if !self.types.is_empty() {
            query += &format!("&package_type={}", self.types.join(","));
        }
        query += &self.status.map(|status| format!("&status={status}")).unwrap_or_default();
        query += &self.since.map(|second| format!("&updated_since=2026-02-01T00:00:{second:02}Z")).unwrap_or_default();
        query
    }
}

#[test]
fn a_search_finds_what_a_look_at_every_entry_finds() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
    let histories = (prop::collection::vec(step(), 1..50), prop::collection::vec(asked(), 12));
    let outcome = runner.run(&histories, |(history, questions)| {
        runtime.block_on(check(&history, &questions));
        Ok(())
    });
    outcome.unwrap();
}

async fn check(history: &[Step], questions: &[Asked]) {
    let registry = Registry::new().await;
    // One process lives through the whole history.
    let client = registry.client();
    for step in history {
        match step {
            Step::Put(put) => drop(registry.put(&[version(put)]).await),
            Step::Publish => drop(registry.sync.publish().await.unwrap()),
        }
        let _ = search(&client, "q=kite&limit=1").await;
    }
    let entries = latest(&client).await;
    let mut answers = Vec::new();
    for question in questions {
        let answer = search(&client, &format!("{}&limit=100", question.query())).await;
        let naive = naive(&entries, question);
        let found: BTreeSet<String> = names(&answer).into_iter().collect();
        assert_eq!(found, naive.keys().cloned().collect(), "{question:?}");
        assert_eq!(answer["metadata"]["total"], naive.len(), "{question:?}");
        let count = |kind: &str| naive.values().filter(|entry| types(entry).contains(kind)).count();
        for facet in answer["facets"]["packageType"].as_array().unwrap() {
            assert_eq!(facet["count"], count(facet["value"].as_str().unwrap()), "{question:?}: {facet}");
        }
        assert_ordered(&answer, question);
        assert_eq!(walk(&client, &question.query()).await, names(&answer), "{question:?}: pages");
        answers.push(answer);
    }
    registry.sync.publish().await.unwrap();
    let after = registry.client();
    for (question, before) in questions.iter().zip(answers) {
        let answer = search(&after, &format!("{}&limit=100", question.query())).await;
        assert_eq!(answer, before, "{question:?}: snapshot and overlay differ");
    }
}

fn version(put: &Put) -> Version {
    let packages: Vec<Value> = put
        .types
        .iter()
        .map(
            |kind| json!({"registryType": kind, "identifier": "x", "version": "1.0.0", "transport": {"type": "stdio"}}),
        )
        .collect();
    let version = Version::new(&format!("io.x{}/s{}", put.server % 5, put.server), &format!("{}.0.0", put.version));
    let version = version.description(&put.words.join(" ")).with("packages", packages.into());
    version.status(put.status).updated(&format!("2026-02-01T00:00:{:02}Z", put.second))
}

/// The latest entry of each server, deleted ones included, by name.
async fn latest(client: &Client) -> BTreeMap<String, Value> {
    let list = client.get("/v0.1/servers?limit=100&version=latest&include_deleted=true").await.ok();
    let name = |entry: &Value| entry["server"]["name"].as_str().unwrap().to_owned();
    list["servers"].as_array().unwrap().iter().map(|entry| (name(entry), entry.clone())).collect()
}

fn naive(entries: &BTreeMap<String, Value>, asked: &Asked) -> BTreeMap<String, Value> {
    let words_of = |entry: &Value| {
        let description = entry["server"]["description"].as_str().unwrap();
        asked.words.iter().filter(|word| description.split(' ').any(|other| other == **word)).count()
    };
    let lets = |entry: &Value| {
        let official = &entry["_meta"]["io.modelcontextprotocol.registry/official"];
        let status = official["status"].as_str().unwrap();
        let since = asked.since.map(|second| format!("2026-02-01T00:00:{second:02}Z"));
        asked.status.unwrap_or("active,deprecated").split(',').any(|other| other == status)
            && (asked.types.is_empty() || asked.types.iter().any(|kind| types(entry).contains(*kind)))
            && since.is_none_or(|since| official["updatedAt"].as_str().unwrap() > since.as_str())
            && (asked.words.is_empty() || words_of(entry) > 0)
    };
    let mut found: BTreeMap<String, Value> = entries.clone();
    found.retain(|_, entry| lets(entry));
    let most = found.values().map(words_of).max().unwrap_or_default();
    found.retain(|_, entry| words_of(entry) == most);
    found
}

fn types(entry: &Value) -> BTreeSet<&str> {
    let packages = entry["server"]["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    packages.iter().map(|package| package["registryType"].as_str().unwrap()).collect()
}

fn assert_ordered(answer: &Value, asked: &Asked) {
    let key = |server: &Value| {
        let official = &server["_meta"]["io.modelcontextprotocol.registry/official"];
        let time = |field: &str| official[field].as_str().unwrap().to_owned();
        let key = match asked.sort {
            "relevance" => format!("{:012}", server["score"].as_u64().unwrap_or_default()),
            "updated" => time("updatedAt"),
            "published" => time("publishedAt"),
            _ => String::new(),
        };
        (std::cmp::Reverse(key), server["server"]["name"].as_str().unwrap().to_owned())
    };
    let keys: Vec<_> = answer["servers"].as_array().unwrap().iter().map(key).collect();
    assert!(keys.is_sorted(), "{asked:?}: {keys:?}");
}

/// The names of all pages of three.
async fn walk(client: &Client, query: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut answer = search(client, &format!("{query}&limit=3")).await;
    loop {
        all.extend(names(&answer));
        let Some(cursor) = answer["metadata"]["nextCursor"].as_str() else { return all };
        answer = search(client, &format!("cursor={cursor}")).await;
    }
}
