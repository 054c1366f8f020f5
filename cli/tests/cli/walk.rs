//! A whole list, page by page, against the file that it was imported from.

use std::collections::BTreeMap;

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

/// What the import accepted of the file, as the list should show it.
fn expected(file: &str, report: &Value) -> BTreeMap<(String, String), Value> {
    let entries: Vec<Value> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let mut expected: BTreeMap<_, _> = entries.into_iter().map(|entry| (key(&entry), entry)).collect();
    for refused in report["refused"].as_array().unwrap() {
        let text = |field: &str| refused[field].as_str().unwrap().to_owned();
        expected.remove(&(text("name"), text("version"))).unwrap();
    }
    for entry in expected.values_mut() {
        let official = entry["_meta"][OFFICIAL].as_object_mut().unwrap();
        let published = official["publishedAt"].clone();
        official.entry("statusChangedAt").or_insert(published);
    }
    expected
}

#[test]
fn a_walk_gives_the_import_back() {
    let Some(file) = hand_out("catalogs/official-2025-12-18.json") else { return };
    let home = Home::new();
    let (report, _) = home.import(&file);
    let expected = expected(&file, &report);
    let serving = home.serve(&["--no-sources"]);
    for limit in [100, 7] {
        let entries = walk(&serving, limit);
        let keys: Vec<_> = entries.iter().map(key).collect();
        assert!(keys.is_sorted_by(|one, next| one < next), "each once, in byte order, at limit={limit}");
        let found: BTreeMap<_, _> = keys.into_iter().zip(entries).collect();
        assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
        for (key, entry) in &found {
            assert_eq!(entry, &expected[key], "{key:?} at limit={limit}");
        }
    }
    serving.stop();
}
