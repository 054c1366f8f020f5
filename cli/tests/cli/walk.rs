//! A whole list, page by page, against the file that it was imported from.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::harness::{Home, hand_out};
use crate::serving::Serving;

const OFFICIAL: &str = "io.modelcontextprotocol.registry/official";

/// Name and version of an entry.
fn key(entry: &Value) -> (String, String) {
    let text = |field: &str| entry["server"][field].as_str().unwrap().to_owned();
    (text("name"), text("version"))
}

/// All entries, in pages of `limit`.
fn walk(serving: &Serving, limit: usize) -> Vec<Value> {
    let (mut entries, mut path) = (Vec::new(), format!("/v0.1/servers?limit={limit}"));
    loop {
        let page = serving.ok(&path);
        let servers = page["servers"].as_array().unwrap();
        assert_eq!(page["metadata"]["count"], servers.len());
        entries.extend(servers.iter().cloned());
        let Some(cursor) = page["metadata"].get("nextCursor") else { return entries };
        assert_eq!(servers.len(), limit, "a page with a next one is full");
        path = format!("/v0.1/servers?limit={limit}&cursor={}", cursor.as_str().unwrap());
    }
}

/// What the import accepted of the file, as the list should show it, and the servers whose latest version was refused:
/// another one of them is the latest.
fn expected(file: &str, report: &Value) -> (BTreeMap<(String, String), Value>, BTreeSet<String>) {
    let entries: Vec<Value> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let mut expected: BTreeMap<_, _> = entries.into_iter().map(|entry| (key(&entry), entry)).collect();
    let mut moved = BTreeSet::new();
    for refused in report["refused"].as_array().unwrap() {
        let text = |field: &str| refused[field].as_str().unwrap().to_owned();
        let entry = expected.remove(&(text("name"), text("version"))).unwrap();
        if entry["_meta"][OFFICIAL]["isLatest"] == true {
            moved.insert(text("name"));
        }
    }
    for entry in expected.values_mut() {
        let official = entry["_meta"][OFFICIAL].as_object_mut().unwrap();
        let published = official["publishedAt"].clone();
        official.entry("statusChangedAt").or_insert(published);
    }
    (expected, moved)
}

#[test]
fn a_walk_gives_the_import_back() {
    let Some(file) = hand_out("catalogs/official-2025-12-18.json") else { return };
    let home = Home::new();
    let (report, _) = home.import(&file);
    let (expected, moved) = expected(&file, &report);
    let serving = home.serve(&["--no-sources"]);
    for limit in [100, 7] {
        let entries = walk(&serving, limit);
        let keys: Vec<_> = entries.iter().map(key).collect();
        assert!(keys.is_sorted_by(|one, next| one < next), "each once, in byte order, at limit={limit}");
        let found: BTreeMap<_, _> = keys.into_iter().zip(entries).collect();
        assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
        let mut latest = BTreeMap::new();
        for (key, entry) in found {
            let mut expected = expected[&key].clone();
            let flag = &entry["_meta"][OFFICIAL]["isLatest"];
            *latest.entry(key.0.clone()).or_insert(0) += usize::from(*flag == true);
            if moved.contains(&key.0) {
                expected["_meta"][OFFICIAL]["isLatest"] = flag.clone();
            }
            assert_eq!(entry, expected, "{key:?} at limit={limit}");
        }
        assert!(latest.values().all(|count| *count == 1), "each server has one latest version");
    }
    serving.stop();
}
