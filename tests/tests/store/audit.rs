//! A record that is a part of a change: committed with it, or not at all.

use std::sync::Arc;

use berth_tests::{Registry, Version, change};
use futures_util::future::join_all;
use registry::store::{AuditEvent, AuditOutcome, AuditRecord, CommitError, ServerChange};

/// The change with a record of it.
fn audited(registry: &Registry, change: ServerChange) -> ServerChange {
    let record = AuditRecord::new(AuditEvent::Publish, AuditOutcome::Done);
    let record = AuditRecord { namespace: Some("io.x".to_owned()), ..record.to(change.name.as_str()) };
    ServerChange { audit: registry.stores.trail().actions(&record).unwrap(), ..change }
}

async fn targets(registry: &Registry) -> Vec<String> {
    let mut targets: Vec<_> = registry.records().await.into_iter().filter_map(|record| record.target).collect();
    targets.sort();
    targets
}

#[tokio::test]
async fn a_refused_change_leaves_no_record_and_takes_no_other_along() {
    let registry = Registry::new().await;
    registry.put(&[Version::new("io.x/old", "1.0.0").remotes(&["https://taken.example"])]).await;
    let writer = Arc::new(registry.stores.writer());
    let outcomes = join_all(
        [
            Version::new("io.x/one", "1.0.0"),
            Version::new("io.x/old", "2.0.0"),
            Version::new("io.x/two", "1.0.0").remotes(&["https://taken.example"]),
            Version::new("io.x/three", "1.0.0"),
        ]
        .map(|version| writer.commit_with_others(audited(&registry, change(None, &[version], None)))),
    )
    .await;
    assert!(matches!(&outcomes[1], Err(CommitError::Raced(_))), "{outcomes:?}");
    assert!(matches!(&outcomes[2], Err(CommitError::RemoteTaken { .. })), "{outcomes:?}");
    assert_eq!(targets(&registry).await, ["io.x/one", "io.x/three"]);
    assert_eq!(registry.table().keys("AUDIT-OF#io.x").await.len(), 2);
}

/// New servers take six actions each with their records, so that they share transactions of sixteen.
#[tokio::test]
async fn many_changes_share_transactions_with_their_records() {
    let registry = Registry::new().await;
    let writer = Arc::new(registry.stores.writer());
    let commits = (0..60).map(|n| {
        let version = Version::new(&format!("io.x/s{n}x"), "1.0.0").remotes(&[&format!("https://{n}.example")]);
        writer.commit_with_others(audited(&registry, change(None, &[version], None)))
    });
    assert!(join_all(commits).await.iter().all(Result::is_ok));
    let mut expected: Vec<_> = (0..60).map(|n| format!("io.x/s{n}x")).collect();
    expected.sort();
    assert_eq!(targets(&registry).await, expected);
}

/// Names, records, and as many URLs as a version may have fit one transaction.
#[tokio::test]
async fn the_largest_change_fits_with_its_record() {
    let registry = Registry::new().await;
    let urls: Vec<String> =
        (0..registry::limits::REMOTES_PER_VERSION).map(|n| format!("https://{n}.example")).collect();
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    let version = Version::new("io.x/large", "1.0.0").remotes(&urls);
    let writer = Arc::new(registry.stores.writer());
    writer.commit_with_others(audited(&registry, change(None, &[version], None))).await.unwrap();
    assert_eq!(targets(&registry).await, ["io.x/large"]);
    assert_eq!(registry.table().keys("LOOKALIKE#").await.len(), 1);
}
