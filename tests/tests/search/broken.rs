//! A search index that is not what it should be is told, and the next run makes it anew.

use berth_tests::{Registry, Version};
use bytes::Bytes;
use proptest::prelude::*;
use registry::search::SearchIndex;
use registry::snapshot::{SnapshotError, SnapshotReader};
use serde_json::Value;

use crate::{SEARCH, names, search};

async fn registry() -> Registry {
    let servers: Vec<Version> = (0..60).map(|n| Version::new(&format!("io.x/server-{n}"), "1.0.0")).collect();
    Registry::with(&servers).await
}

async fn key(registry: &Registry) -> String {
    registry.objects().keys().await.into_iter().find(|key| key.starts_with("search/")).unwrap()
}

#[test]
fn a_changed_or_cut_index_is_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let bytes: Bytes = runtime.block_on(async {
        let registry = registry().await;
        let snapshot = SnapshotReader::new(registry.stores.bucket()).open().await.unwrap();
        snapshot.search_index().await.unwrap().bytes().clone()
    });
    SearchIndex::load(bytes.clone()).unwrap();
    proptest!(ProptestConfig::with_cases(400), |(at in 0..bytes.len(), flip in 1..=255_u8, cut in 0..bytes.len())| {
        let mut changed = bytes.to_vec();
        changed[at] ^= flip;
        let refused = SearchIndex::load(changed.into());
        prop_assert!(matches!(refused, Err(SnapshotError::Corrupt { .. })), "byte {at}");
        let refused = SearchIndex::load(bytes.slice(..cut));
        prop_assert!(matches!(refused, Err(SnapshotError::Corrupt { .. })), "cut at {cut}");
    });
    proptest!(|(noise in prop::collection::vec(any::<u8>(), 0..500))| {
        prop_assert!(SearchIndex::load(noise.into()).is_err());
    });
}

#[tokio::test]
async fn a_changed_index_is_told_and_the_next_run_makes_it_anew() {
    let registry = registry().await;
    let key = key(&registry).await;
    let whole = registry.objects().get(&key).await;
    let mut changed = whole.to_vec();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    registry.objects().put(&key, changed).await;
    let (status, detail) = registry.client().get(&format!("{SEARCH}?q=server")).await.problem();
    assert_eq!(status, 503);
    assert!(detail.contains("is missing or broken, and is made anew"), "{detail}");
    let error = SnapshotReader::new(registry.stores.bucket()).open().await.unwrap().search_index().await.unwrap_err();
    assert!(error.to_string().contains("publish the snapshot again"), "{error}");
    let _ = registry.client().get("/v0.1/servers").await.ok();

    registry.stores.sync().publish().await.unwrap();
    assert_eq!(registry.objects().get(&key).await, whole);
    assert_eq!(search(&registry.client(), "q=server").await["metadata"]["total"], 60);
}

/// As a snapshot of a release that made none has it.
#[tokio::test]
async fn an_index_that_is_not_there_is_made_from_the_blocks() {
    let registry = registry().await;
    let key = key(&registry).await;
    let before = names(&search(&registry.client(), "q=server-7&limit=3").await);
    let mut pointer: Value = serde_json::from_slice(&registry.objects().get("pointer.json").await).unwrap();
    pointer.as_object_mut().unwrap().remove("search").unwrap();
    registry.objects().put("pointer.json", pointer.to_string()).await;
    registry.objects().delete(&key).await;
    let (status, _) = registry.client().get(&format!("{SEARCH}?q=server")).await.problem();
    assert_eq!(status, 503);
    registry.stores.sync().publish().await.unwrap();
    assert_eq!(names(&search(&registry.client(), "q=server-7&limit=3").await), before);
    assert!(registry.objects().keys().await.contains(&key), "the same servers make the same object");
}
