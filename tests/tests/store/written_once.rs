//! A name with a version is written once, and a decision on an old head writes nothing.

use berth_tests::{Registry, Version, change};
use registry::store::{CommitError, Serial, StoreError};
use registry::time::Timestamp;

/// A commit that must be refused as a lost race and must leave every item as it is.
async fn assert_raced(registry: &Registry, change: registry::store::ServerChange) {
    let before = registry.table().all().await;
    let name = change.name.clone();
    match registry.stores.writer().commit(&[change], Timestamp::now()).await {
        Err(CommitError::Raced(raced)) => assert_eq!(raced, name),
        other => panic!("{other:?}"),
    }
    assert_eq!(registry.table().all().await, before);
}

#[tokio::test]
async fn a_version_is_written_once() {
    let registry = Registry::new().await;
    registry.put(&[Version::new("io.x/one", "1.0.0")]).await;
    let state = registry.writer.server(&"io.x/one".parse().unwrap()).await.unwrap().unwrap();

    let mut again = change(Some(&state), &[Version::new("io.x/one", "1.0.0").description("other")], None);
    again.versions[0].is_new = true;
    assert_raced(&registry, again).await;

    let mut absent = change(Some(&state), &[Version::new("io.x/one", "2.0.0")], None);
    absent.versions[0].is_new = false;
    assert_raced(&registry, absent).await;
}

#[tokio::test]
async fn a_server_begins_once() {
    let registry = Registry::new().await;
    registry.put(&[Version::new("io.x/one", "1.0.0")]).await;
    // Another version, but decided when there was no such server.
    assert_raced(&registry, change(None, &[Version::new("io.x/one", "2.0.0")], None)).await;
}

#[tokio::test]
async fn a_head_that_moved_is_a_lost_race() {
    let registry = Registry::new().await;
    registry.put(&[Version::new("io.x/one", "1.0.0")]).await;
    let state = registry.writer.server(&"io.x/one".parse().unwrap()).await.unwrap().unwrap();
    let late = change(Some(&state), &[Version::new("io.x/one", "1.1.0")], None);
    registry.put(&[Version::new("io.x/one", "2.0.0")]).await;
    assert_raced(&registry, late).await;
}

#[tokio::test]
async fn one_refused_server_holds_back_its_whole_transaction() {
    let registry = Registry::new().await;
    registry.put(&[Version::new("io.x/one", "1.0.0")]).await;
    let before = registry.table().all().await;
    let changes = ["io.x/aa", "io.x/one", "io.x/zz"].map(|name| change(None, &[Version::new(name, "3.0.0")], None));
    let error = registry.writer.commit(&changes, Timestamp::now()).await.unwrap_err();
    assert!(matches!(&error, CommitError::Raced(name) if name.as_str() == "io.x/one"), "{error}");
    assert_eq!(registry.table().all().await, before);
    // The writer goes on from the serial of the table.
    assert_eq!(registry.put(&[Version::new("io.x/aa", "3.0.0")]).await, Serial(2));
}

#[tokio::test]
async fn a_version_stays_taken_when_it_is_deleted() {
    use registry::model::Status;
    let registry = Registry::new().await;
    registry.put(&[Version::new("io.x/one", "1.0.0")]).await;
    registry.put(&[Version::new("io.x/one", "1.0.0").status(Status::Deleted)]).await;
    let state = registry.writer.server(&"io.x/one".parse().unwrap()).await.unwrap().unwrap();
    let mut again = change(Some(&state), &[Version::new("io.x/one", "1.0.0")], None);
    again.versions[0].is_new = true;
    assert_raced(&registry, again).await;
}

#[tokio::test]
async fn a_table_that_is_not_there_is_an_error_of_the_store() {
    let registry = Registry::new().await;
    let writer = registry.writer_of("another");
    let error = writer.counter().await.unwrap_err();
    assert!(matches!(error, StoreError::Call { operation: "read the serial", .. }), "{error}");
}
