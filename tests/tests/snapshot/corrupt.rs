//! Objects that are not what they should be are told, never a panic or a wrong answer.

use berth_tests::{Registry, Version};
use bytes::Bytes;
use proptest::prelude::*;
use registry::snapshot::{Index, SnapshotError, SnapshotReader};

async fn registry() -> Registry {
    let servers: Vec<Version> = (0..200).map(|n| Version::new(&format!("io.x/server-{n}"), "1.0.0")).collect();
    Registry::with(&servers).await
}

fn index_bytes() -> Bytes {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let registry = registry().await;
        SnapshotReader::new(registry.stores.bucket()).open().await.unwrap().index().bytes().clone()
    })
}

#[test]
fn a_changed_or_cut_index_is_refused() {
    let bytes = index_bytes();
    Index::load(bytes.clone()).unwrap();
    proptest!(ProptestConfig::with_cases(400), |(at in 0..bytes.len(), flip in 1..=255_u8, cut in 0..bytes.len())| {
        let mut changed = bytes.to_vec();
        changed[at] ^= flip;
        let refused = Index::load(changed.into());
        prop_assert!(matches!(refused, Err(SnapshotError::Corrupt { .. })), "byte {at}");
        let refused = Index::load(bytes.slice(..cut));
        prop_assert!(matches!(refused, Err(SnapshotError::Corrupt { .. })), "cut at {cut}");
    });
}

#[test]
fn any_bytes_are_refused() {
    proptest!(|(noise in prop::collection::vec(any::<u8>(), 0..500))| {
        prop_assert!(Index::load(noise.into()).is_err());
    });
}

#[tokio::test]
async fn a_changed_or_missing_block_is_told_and_a_rebuild_mends_it() {
    let registry = registry().await;
    let key = registry.objects().keys().await.into_iter().find(|key| key.starts_with("blocks/")).unwrap();
    let mut block = registry.objects().get(&key).await.to_vec();
    let last = block.len() - 1;
    block[last] ^= 1;
    registry.objects().put(&key, block).await;
    let (status, _) = registry.client().get("/v0.1/servers?limit=100").await.problem();
    assert_eq!(status, 503);
    registry.objects().delete(&key).await;
    let snapshot = SnapshotReader::new(registry.stores.bucket()).open().await.unwrap();
    let mut errors = Vec::new();
    for number in 0..snapshot.index().blocks() {
        errors.extend(snapshot.block(Some(number)).await.err());
    }
    let [error] = errors.as_slice() else { panic!("one block is missing: {errors:?}") };
    assert!(error.to_string().contains("publish the snapshot again"), "{error}");
    registry.stores.sync().rebuild().await.unwrap();
    let _ = registry.client().get("/v0.1/servers?limit=100").await.ok();
}

#[tokio::test]
async fn a_pointer_that_is_none_is_told_and_a_rebuild_mends_it() {
    let registry = registry().await;
    registry.objects().put("pointer.json", "{\"serial\":").await;
    let error = SnapshotReader::new(registry.stores.bucket()).open().await.unwrap_err();
    assert!(error.to_string().contains("pointer.json"), "{error}");
    registry.stores.sync().rebuild().await.unwrap();
    assert_eq!(registry.client().get("/v0.1/servers?limit=100").await.ok()["metadata"]["count"], 100);
}

/// As one of another format is refused.
#[tokio::test]
async fn an_index_that_is_none_is_told_and_the_next_run_mends_it() {
    let registry = registry().await;
    let key = registry.objects().keys().await.into_iter().find(|key| key.starts_with("index/")).unwrap();
    let mut index = registry.objects().get(&key).await.to_vec();
    let last = index.len() - 1;
    index[last] ^= 1;
    registry.objects().put(&key, index).await;
    let (status, _) = registry.client().get("/v0.1/servers").await.problem();
    assert_eq!(status, 503);
    registry.stores.sync().publish().await.unwrap();
    assert_eq!(registry.client().get("/v0.1/servers?limit=100").await.ok()["metadata"]["count"], 100);
}

#[tokio::test]
async fn a_delta_that_is_none_or_not_there_is_told_and_the_next_run_mends_it() {
    for is_there in [true, false] {
        let registry = registry().await;
        registry.put(&[Version::new("io.x/server-7", "2.0.0")]).await;
        registry.sync.publish().await.unwrap();
        let key = registry.objects().keys().await.into_iter().find(|key| key.starts_with("deltas/")).unwrap();
        let mut delta = registry.objects().get(&key).await.to_vec();
        let last = delta.len() - 1;
        delta[last] ^= 1;
        match is_there {
            true => registry.objects().put(&key, delta).await,
            false => registry.objects().delete(&key).await,
        }
        let (status, _) = registry.client().get("/v0.1/servers").await.problem();
        assert_eq!(status, 503);
        registry.stores.sync().publish().await.unwrap();
        let latest = registry.client().get("/v0.1/servers/io.x%2Fserver-7/versions/latest").await.ok();
        assert_eq!(latest["server"]["version"], "2.0.0");
    }
}

#[tokio::test]
async fn a_block_that_is_not_there_is_made_anew_when_it_is_needed() {
    let registry = registry().await;
    for key in registry.objects().keys().await.into_iter().filter(|key| key.starts_with("blocks/")) {
        registry.objects().delete(&key).await;
    }
    registry.put(&[Version::new("io.x/server-7", "2.0.0")]).await;
    registry.stores.sync().fold().await.unwrap();
    assert_eq!(registry.client().get("/v0.1/servers?limit=100").await.ok()["metadata"]["count"], 100);
}
