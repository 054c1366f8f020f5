//! A remote URL belongs to one server at a time.

use std::collections::HashMap;

use berth_tests::{Registry, Version, change};
use registry::model::Status;
use registry::store::{CommitError, ServerChange};
use registry::time::Timestamp;

const URL: &str = "https://one.example/mcp";

async fn decide(registry: &Registry, version: &Version) -> ServerChange {
    let before = registry.writer.server(&version.name).await.unwrap();
    change(before.as_ref(), std::slice::from_ref(version), None)
}

async fn try_put(registry: &Registry, version: &Version) -> Result<(), CommitError> {
    registry.writer.commit(&[decide(registry, version).await], Timestamp::now()).await.map(drop)
}

async fn holder(registry: &Registry, url: &str) -> Option<String> {
    registry.writer.remote_holders(&[url.to_owned()]).await.unwrap().remove(url)
}

#[tokio::test]
async fn a_second_server_is_refused() {
    let registry = Registry::new().await;
    registry.put(&[Version::new("io.x/one", "1.0.0").remotes(&[URL])]).await;
    let before = registry.table().all().await;
    let error = try_put(&registry, &Version::new("io.x/two", "1.0.0").remotes(&[URL])).await.unwrap_err();
    assert!(
        matches!(&error, CommitError::RemoteTaken { name, url } if name.as_str() == "io.x/two" && url == URL),
        "{error}"
    );
    assert_eq!(registry.table().all().await, before);
    // Exact strings are compared.
    try_put(&registry, &Version::new("io.x/two", "1.0.0").remotes(&["https://one.example/mcp/"])).await.unwrap();
}

#[tokio::test]
async fn the_same_server_may_use_it_in_every_version() {
    let registry = Registry::new().await;
    for version in ["1.0.0", "1.1.0", "2.0.0"] {
        registry.put(&[Version::new("io.x/one", version).remotes(&[URL])]).await;
    }
    assert_eq!(holder(&registry, URL).await.as_deref(), Some("io.x/one"));
}

#[tokio::test]
async fn deprecation_keeps_it_and_the_last_deletion_frees_it() {
    let registry = Registry::new().await;
    let one = |version: &str| Version::new("io.x/one", version).remotes(&[URL]);
    let two = Version::new("io.x/two", "1.0.0").remotes(&[URL]);
    registry.put(&[one("1.0.0"), one("2.0.0")]).await;
    registry.put(&[one("1.0.0").status(Status::Deprecated)]).await;
    registry.put(&[one("2.0.0").status(Status::Deleted)]).await;
    assert!(matches!(try_put(&registry, &two).await, Err(CommitError::RemoteTaken { .. })));

    registry.put(&[one("1.0.0").status(Status::Deleted)]).await;
    assert_eq!(holder(&registry, URL).await, None);
    try_put(&registry, &two).await.unwrap();
    assert_eq!(holder(&registry, URL).await.as_deref(), Some("io.x/two"));

    // Neither status brings the old holder back while another one has the URL.
    for status in [Status::Active, Status::Deprecated] {
        let error = try_put(&registry, &one("1.0.0").status(status)).await.unwrap_err();
        assert!(matches!(error, CommitError::RemoteTaken { .. }), "{error}");
    }
}

#[tokio::test]
async fn an_edit_frees_what_it_drops_and_takes_what_it_adds() {
    let registry = Registry::new().await;
    let other = "https://two.example/mcp";
    registry.put(&[Version::new("io.x/one", "1.0.0").remotes(&[URL])]).await;
    registry.put(&[Version::new("io.x/one", "1.0.0").remotes(&[other])]).await;
    assert_eq!(holder(&registry, URL).await, None);
    assert_eq!(holder(&registry, other).await.as_deref(), Some("io.x/one"));
    registry.put(&[Version::new("io.x/two", "1.0.0").remotes(&[URL])]).await;
    assert_eq!(holder(&registry, URL).await.as_deref(), Some("io.x/two"));
}

#[tokio::test]
async fn one_version_may_hand_it_to_another_of_the_same_server() {
    let registry = Registry::new().await;
    let one = |version: &str| Version::new("io.x/one", version);
    registry.put(&[one("1.0.0").remotes(&[URL])]).await;
    // The sum is zero, so the claim is not touched: a transaction may touch an item only once.
    registry.put(&[one("1.0.0"), one("2.0.0").remotes(&[URL])]).await;
    assert_eq!(holder(&registry, URL).await.as_deref(), Some("io.x/one"));
    registry.put(&[one("2.0.0")]).await;
    assert_eq!(holder(&registry, URL).await, None);
}

#[tokio::test]
async fn holders_of_many_urls_are_found() {
    let registry = Registry::new().await;
    let urls: Vec<String> = (0..230).map(|number| format!("https://{number}.example/{}", "p".repeat(2000))).collect();
    let expected: HashMap<String, String> =
        urls.iter().take(220).enumerate().map(|(n, url)| (url.clone(), format!("io.x/s{}x", n / 20))).collect();
    let versions: Vec<Version> = (0..11)
        .map(|server| {
            let held: Vec<&str> = urls[server * 20..(server + 1) * 20].iter().map(String::as_str).collect();
            Version::new(&format!("io.x/s{server}x"), "1.0.0").remotes(&held)
        })
        .collect();
    registry.put(&versions).await;
    assert_eq!(registry.writer.remote_holders(&urls).await.unwrap(), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_that_want_it_at_once_one_gets_it() {
    let registry = Registry::new().await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..8 {
        let writer = registry.stores.writer();
        tasks.spawn(async move {
            let version = Version::new(&format!("io.x/s{number}x"), "1.0.0").remotes(&[URL]);
            writer.commit(&[change(None, &[version], None)], Timestamp::now()).await.map(drop)
        });
    }
    let outcomes = tasks.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    let taken = |outcome: &Result<_, _>| matches!(outcome, Err(CommitError::RemoteTaken { .. }));
    assert_eq!(outcomes.iter().filter(|outcome| taken(outcome)).count(), 7, "{outcomes:?}");
    assert_eq!(registry.table().keys("SERVER#").await.len(), 2);
}
