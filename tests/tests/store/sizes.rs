//! Documents at the limit of an item, and transactions at the limit of a call.

use berth_tests::{Registry, Version};
use registry::limits;
use registry::store::Serial;
use serde_json::json;

/// A version whose document has exactly `bytes` bytes.
fn of_size(name: &str, version: &str, bytes: usize) -> Version {
    let empty = Version::new(name, version).description("");
    let version = Version::new(name, version).description(&"d".repeat(bytes - empty.state.document.len()));
    assert_eq!(version.state.document.len(), bytes);
    version
}

#[tokio::test]
async fn the_largest_document_is_stored_and_read_back() {
    let registry = Registry::new().await;
    let mut version = of_size("io.x/large", "1.0.0", limits::DOCUMENT_BYTES);
    version.state.status_message = Some("ü".repeat(limits::STATUS_MESSAGE_CHARS));
    registry.put(std::slice::from_ref(&version)).await;
    let stored = registry.writer.server(&version.name).await.unwrap().unwrap();
    assert_eq!(stored.versions[&version.version], version.state);
    let changes = registry.writer.changes(Serial(0), Serial(1)).await.unwrap();
    assert_eq!(changes[0].state, version.state);

    let (path, document) = ("/v0.1/servers/io.x%2Flarge/versions/1.0.0", version.state.document.as_str());
    let from_change = registry.client().get(path).await;
    assert!(from_change.text().contains(document));
    registry.sync.publish().await.unwrap();
    assert_eq!(registry.client().get(path).await.body, from_change.body);
}

#[tokio::test]
async fn many_large_documents_are_cut_into_transactions() {
    let registry = Registry::new().await;
    let versions: Vec<Version> =
        (0..12).map(|n| of_size("io.x/large", &format!("1.0.{n}"), limits::DOCUMENT_BYTES)).collect();
    assert_eq!(registry.put(&versions).await, Serial(12));
    assert_eq!(registry.writer.changes(Serial(0), Serial(12)).await.unwrap().len(), 12);
}

#[tokio::test]
async fn an_import_refuses_what_is_larger_and_names_it() {
    let registry = Registry::new().await;
    let fits = of_size("io.x/fits", "1.0.0", limits::DOCUMENT_BYTES).state.document;
    let larger = of_size("io.x/larger", "1.0.0", limits::DOCUMENT_BYTES + 1).state.document;
    let source = registry.source_text("sizes", &format!("[{fits},{larger}]"));
    let report = registry.import(&[&source]).await;
    let source = &report.sources[0];
    assert_eq!((source.read, source.imported, source.refused.len()), (2, 1, 1));
    assert_eq!(source.refused[0].name, "io.x/larger");
    assert!(source.refused[0].reason.contains("more than 389120"), "{}", source.refused[0].reason);
}

#[tokio::test]
async fn the_longest_names_and_versions_are_stored_and_read_back() {
    let registry = Registry::new().await;
    let name = format!("io.x/{}", "n".repeat(limits::NAME_CHARS - 5));
    let long = "𝟙".repeat(limits::VERSION_CHARS);
    let version = Version::new(&name, &long).with("title", json!("t"));
    registry.put(std::slice::from_ref(&version)).await;
    registry.sync.publish().await.unwrap();
    let body = registry.client().get("/v0.1/servers?limit=1").await.ok();
    assert_eq!(body["servers"][0]["server"]["version"], long);
    let cursor = berth_tests::next_cursor(&body).unwrap();
    let next = registry.client().get(&format!("/v0.1/servers?cursor={cursor}")).await.ok();
    assert_eq!(next["metadata"]["count"], 0);
}
