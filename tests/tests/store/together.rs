//! Changes that are committed together, each with an outcome of its own.

use std::sync::Arc;

use berth_tests::{Registry, Version, change};
use futures_util::future::join_all;
use registry::store::{CommitError, Head, Serial, Writer};

async fn commit(writer: &Arc<Writer>, version: Version) -> Result<Head, CommitError> {
    writer.commit_with_others(change(None, &[version], None)).await
}

#[tokio::test]
async fn many_at_once_share_transactions_and_each_has_its_serial() {
    let registry = Registry::new().await;
    let writers = [Arc::new(registry.stores.writer()), Arc::new(registry.stores.writer())];
    let all = (0..120).map(|n| {
        let version = Version::new(&format!("io.x/s{n}x"), "1.0.0").remotes(&[&format!("https://{n}.example")]);
        commit(&writers[n % 2], version)
    });
    let mut serials: Vec<u64> = join_all(all).await.into_iter().map(|head| head.unwrap().serial.0).collect();
    serials.sort_unstable();
    assert_eq!(serials, (1..=120).collect::<Vec<_>>());
    let changes = registry.writer.changes(Serial(0), Serial(120)).await.unwrap();
    let mut moments: Vec<_> = changes.iter().map(|change| change.at).collect();
    moments.dedup();
    assert!(moments.len() < 60, "{} transactions for 120 changes", moments.len());
    for change in changes {
        let state = registry.writer.server(&change.name).await.unwrap().unwrap();
        assert_eq!((state.serial, &state.versions[&change.version]), (change.serial, &change.state));
    }
}

#[tokio::test]
async fn one_that_is_refused_does_not_take_others_along() {
    let registry = Registry::new().await;
    registry.put(&[Version::new("io.x/old", "1.0.0").remotes(&["https://taken.example"])]).await;
    let writer = Arc::new(registry.stores.writer());
    let outcomes = join_all([
        commit(&writer, Version::new("io.x/one", "1.0.0")),
        // Decided as if it did not exist.
        commit(&writer, Version::new("io.x/old", "2.0.0")),
        commit(&writer, Version::new("io.x/two", "1.0.0").remotes(&["https://taken.example"])),
        commit(&writer, Version::new("io.x/three", "1.0.0")),
        // The same server twice: the second was decided before the first was there.
        commit(&writer, Version::new("io.x/one", "2.0.0")),
    ])
    .await;
    assert!(outcomes[0].is_ok() && outcomes[3].is_ok(), "{outcomes:?}");
    assert!(matches!(&outcomes[1], Err(CommitError::Raced(name)) if name.as_str() == "io.x/old"), "{outcomes:?}");
    assert!(
        matches!(&outcomes[2], Err(CommitError::RemoteTaken { url, .. }) if url == "https://taken.example"),
        "{outcomes:?}"
    );
    assert!(matches!(&outcomes[4], Err(CommitError::Raced(_))), "{outcomes:?}");
    assert_eq!(registry.serial().await, Serial(3));
}

#[tokio::test]
async fn whoever_goes_away_has_committed_all_the_same() {
    let registry = Registry::new().await;
    let writer = Arc::new(registry.stores.writer());
    let impatient = tokio::spawn({
        let writer = Arc::clone(&writer);
        async move { commit(&writer, Version::new("io.x/one", "1.0.0")).await }
    });
    tokio::task::yield_now().await;
    impatient.abort();
    commit(&writer, Version::new("io.x/two", "1.0.0")).await.unwrap();
    assert!(impatient.await.is_err());
    assert_eq!(registry.serial().await, Serial(2));
}

#[tokio::test]
async fn when_the_table_fails_all_hear_of_it() {
    let registry = Registry::new().await;
    let writer = Arc::new(registry.writer_of("nowhere"));
    let all = (0..3).map(|n| commit(&writer, Version::new(&format!("io.x/s{n}x"), "1.0.0")));
    for outcome in join_all(all).await {
        assert!(matches!(outcome, Err(CommitError::Store(_))), "{outcome:?}");
    }
}
