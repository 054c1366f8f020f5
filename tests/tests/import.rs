//! What becomes of the entries of a source.
#![expect(clippy::indexing_slicing, reason = "a test stops where it fails")]

use berth_tests::{Registry, listed, server_json};
use serde_json::{Value, json};

const OFFICIAL: &str = "io.modelcontextprotocol.registry/official";

fn entry(name: &str, version: &str, official: Value) -> Value {
    json!({"server": server_json(name, version), "_meta": {OFFICIAL: official}})
}

fn with_remote(name: &str, url: &str) -> Value {
    let mut document = server_json(name, "1.0.0");
    document["remotes"] = json!([{"type": "sse", "url": url}]);
    document
}

#[tokio::test]
async fn a_second_run_writes_nothing() {
    let registry = Registry::new().await;
    let source = registry.source("one", &json!([server_json("io.x/aa", "1.0.0"), server_json("io.x/bb", "1.0.0")]));
    let first = registry.import(&[&source]).await;
    assert_eq!((first.serial.0, first.sources[0].imported), (2, 2));
    let (items, objects) = (registry.table().all().await, registry.objects().all().await);
    let second = registry.import(&[&source]).await;
    assert_eq!((second.serial.0, second.sources[0].imported, second.sources[0].unchanged), (2, 0, 2));
    assert_eq!(registry.table().all().await, items);
    assert_eq!(registry.objects().all().await, objects);
}

#[tokio::test]
async fn statuses_times_and_latest_flags_are_kept() {
    let registry = Registry::new().await;
    let old = json!({"status": "deprecated", "statusMessage": "use 1.0.0", "publishedAt": "2025-01-01T00:00:00Z",
        "updatedAt": "2025-03-01T00:00:00.5Z", "statusChangedAt": "2025-02-01T00:00:00Z", "isLatest": false});
    // The source flags a version that is not the highest.
    let flagged = json!({"status": "active", "publishedAt": "2025-01-02T00:00:00Z", "updatedAt": "2025-01-02T00:00:00Z",
        "statusChangedAt": "2025-01-02T00:00:00Z", "isLatest": true});
    let mut highest = flagged.clone();
    highest["isLatest"] = json!(false);
    let list = json!({"servers": [entry("io.x/aa", "0.9.0", old.clone()), entry("io.x/aa", "1.0.0", flagged.clone()),
        entry("io.x/aa", "2.0.0", highest.clone())], "metadata": {"count": 3}});
    registry.import(&[&registry.source("one", &list)]).await;
    let answer = registry.client().get("/v0.1/servers").await.ok();
    let official: Vec<&Value> =
        answer["servers"].as_array().unwrap().iter().map(|entry| &entry["_meta"][OFFICIAL]).collect();
    assert_eq!(official, [&old, &flagged, &highest]);
}

#[tokio::test]
async fn a_moved_flag_alone_is_a_change() {
    let registry = Registry::new().await;
    let list = |first: bool| {
        let official = |latest: bool| {
            json!({"status": "active", "publishedAt": "2025-01-02T00:00:00Z",
                "updatedAt": "2025-01-02T00:00:00Z", "isLatest": latest})
        };
        json!([entry("io.x/aa", "1.0.0", official(first)), entry("io.x/aa", "2.0.0", official(!first))])
    };
    registry.import(&[&registry.source("one", &list(true))]).await;
    let before = registry.serial().await;
    let report = registry.import(&[&registry.source("one", &list(false))]).await;
    assert_eq!(report.serial, before.plus(1));
    assert_eq!((report.sources[0].imported, report.sources[0].unchanged), (0, 2));
    let latest = registry.client().get("/v0.1/servers?version=latest").await.ok();
    assert_eq!(listed(&latest), ["io.x/aa 2.0.0"]);
}

#[tokio::test]
async fn another_sources_entries_are_shadowed() {
    let registry = Registry::new().await;
    let first = registry.source("first", &json!([server_json("io.x/aa", "1.0.0")]));
    let second = registry.source("second", &json!([server_json("io.x/aa", "2.0.0"), server_json("io.x/bb", "1.0.0")]));
    let report = registry.import(&[&first, &second]).await;
    let second = &report.sources[1];
    assert_eq!((second.read, second.imported, second.shadowed()), (2, 1, 1));
    assert_eq!(second.refused[0].reason, "shadowed: the server belongs to source first, which brought it first");
    let list = registry.client().get("/v0.1/servers").await.ok();
    assert_eq!(listed(&list), ["io.x/aa 1.0.0", "io.x/bb 1.0.0"]);
}

#[tokio::test]
async fn a_remote_url_belongs_to_one_server() {
    let registry = Registry::new().await;
    let url = "https://one.example/mcp";
    let source = registry.source("one", &json!([with_remote("io.x/aa", url), with_remote("io.x/bb", url)]));
    let report = registry.import(&[&source]).await;
    assert_eq!(report.sources[0].imported, 1);
    assert_eq!(report.sources[0].refused[0].name, "io.x/bb");
    assert_eq!(
        report.sources[0].refused[0].reason,
        "remote URL https://one.example/mcp is already used by server io.x/aa"
    );
    // Once its holder is deleted the URL is free.
    let official = json!({"status": "deleted"});
    let mut deleted = entry("io.x/aa", "1.0.0", official);
    deleted["server"] = with_remote("io.x/aa", url);
    let source = registry.source("one", &json!([deleted, json!({"server": with_remote("io.x/bb", url)})]));
    registry.import(&[&source]).await;
    let report = registry.import(&[&source]).await;
    assert_eq!(
        (report.sources[0].refused.len(), listed(&registry.client().get("/v0/servers").await.ok())),
        (0, vec!["io.x/bb 1.0.0".to_owned()])
    );
}

#[tokio::test]
async fn a_source_that_fails_leaves_all_as_it_was_and_stops_nothing() {
    let registry = Registry::new().await;
    let good = registry.source("good", &json!([server_json("io.x/aa", "1.0.0")]));
    registry.import(&[&good]).await;
    for (text, message) in [
        (r#"{"servers":[{"na"#, "truncated"),
        ("[]", "has no entries"),
        (r#"{"status":404}"#, "wrong shape"),
        ("\u{feff}[]", "byte order mark"),
        (r#"{"servers":[],"servers":[]}"#, "duplicate key"),
    ] {
        let bad = registry.source_text("bad", text);
        let other = registry.source("other", &json!([server_json("io.x/bb", "1.0.0")]));
        let report = registry.import(&[&bad, &other]).await;
        let error = report.sources[0].error.as_deref().unwrap();
        assert!(error.contains(message) && error.ends_with("what was imported before is kept"), "{error}");
        assert!(!report.is_complete());
        assert_eq!(report.serial.0, 2, "{text}");
        assert_eq!(report.sources[1].error, None);
    }
}

/// Who changed so much: one record for a run, none for a run without news.
#[tokio::test]
async fn a_run_that_changes_something_is_in_the_audit_trail() {
    let registry = Registry::new().await;
    let source =
        registry.source("elsewhere", &serde_json::json!([berth_tests::document("a.b/cc", "1.0.0"), {"name": 1}]));
    for _ in 0..2 {
        registry.import(&[&source]).await;
    }
    let records = registry.records().await;
    let [record] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!((record.event.as_str(), record.subject.as_deref()), ("import", Some("elsewhere")));
    assert_eq!(record.detail.as_deref(), Some("versions imported: 1, entries refused: 1"));
}
