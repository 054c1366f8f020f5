//! `sync` on a schedule.

use serde_json::json;

use crate::event::schedule;
use crate::fixture::{Registry, document};
use crate::publisher::{self, Publisher};

#[tokio::test]
async fn a_schedule_event_imports_and_a_second_writes_nothing() {
    let registry = Registry::empty().await;
    let file = registry.file("catalogue.json", &json!([document("com.example/one", "1.0.0")]).to_string());
    let sync = registry.start("sync", &[("BERTH_SOURCES", &format!("sample={}", file.display()))]).await;
    let first = sync.invoke(&schedule()).await.unwrap();
    let source = |imported, unchanged| json!([{"source": "sample", "read": 1, "imported": imported, "unchanged": unchanged, "refused": []}]);
    assert_eq!(first["sources"], source(1, 0));
    let second = sync.invoke(&schedule()).await.unwrap();
    assert_eq!(second["sources"], source(0, 1));
    assert_eq!(second["serial"], first["serial"]);
}

/// A publish is followed by a snapshot, and not by another import of everything.
#[tokio::test]
async fn an_event_of_the_stream_publishes_and_reads_no_source() {
    let publisher = Publisher::new().await;
    let sources = format!("gone={}", publisher.registry.directory.path().join("no-such-file.json").display());
    let sync = publisher.registry.start("sync", &[("BERTH_SOURCES", &sources)]).await;
    assert_eq!(publisher.publish(&publisher::document("widget", "1.0.0")).await.status, 200);
    let report =
        sync.invoke(&json!({"Records": [{"eventName": "INSERT", "eventSource": "aws:dynamodb"}]})).await.unwrap();
    assert_eq!(report, json!({"serial": 1, "sources": []}));
    assert!(sync.invoke(&schedule()).await.is_err(), "the schedule reads them");
}

/// What another function changes is seen by one that runs already.
#[tokio::test]
async fn a_running_reader_sees_what_sync_imports() {
    let registry = Registry::with(&[document("com.example/one", "1.0.0")]).await;
    let list = registry.reader("list_servers").await;
    assert_eq!(list.get("/v0.1/servers").await.json()["metadata"]["count"], 1);
    let more = [document("com.example/one", "1.0.0"), document("com.example/two", "1.0.0")];
    let file = registry.file("more.json", &json!(more).to_string());
    let sync = registry.start("sync", &[("BERTH_SOURCES", &format!("sample={}", file.display()))]).await;
    sync.invoke(&schedule()).await.unwrap();
    assert_eq!(list.get("/v0.1/servers").await.json()["metadata"]["count"], 2);
}

/// The event fails, so that an alarm rings; the other source is imported all the same.
#[tokio::test]
async fn a_failing_source_fails_the_event_and_stops_nothing() {
    let registry = Registry::empty().await;
    let good = registry.file("good.json", &json!([document("com.example/one", "1.0.0")]).to_string());
    let bad = registry.file("bad.json", "[{\"name\":");
    let sources = format!("broken={} good={}", bad.display(), good.display());
    let sync = registry.start("sync", &[("BERTH_SOURCES", &sources)]).await;
    let error = sync.invoke(&schedule()).await.unwrap_err();
    let message = error["errorMessage"].as_str().unwrap();
    assert!(message.contains("broken") && !message.contains("good"), "{error}");
    assert_eq!(error["errorType"], "sync::HandleError");
    let list = registry.reader("list_servers").await;
    assert_eq!(list.get("/v0.1/servers").await.json()["metadata"]["count"], 1);
}
