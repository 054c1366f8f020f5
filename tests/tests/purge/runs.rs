//! What one run purges, and that it says so in the table.

use std::collections::BTreeSet;
use std::sync::Arc;

use berth_tests::{Registry, Version};
use registry::cache::Tag;
use registry::limits;
use registry::model::Status;
use serde_json::json;

use crate::cdn::{End, Told, sync, tags};

#[tokio::test]
async fn changes_of_one_run_are_one_call_and_each_server_is_in_it_once() {
    let (registry, cdn) = (Registry::new().await, Arc::new(Told::default()));
    let sync = sync(&registry, &cdn, 100);
    assert!(cdn.run(&sync, End::Done).await);
    assert_eq!(cdn.take(), [], "nothing happened yet");
    registry.put(&[Version::new("a.a/xx", "1.0.0"), Version::new("b.b/xx", "1.0.0")]).await;
    registry.put(&[Version::new("a.a/xx", "2.0.0"), Version::new("b.b/xx", "1.0.0").status(Status::Deleted)]).await;
    assert!(cdn.run(&sync, End::Done).await);
    assert_eq!(cdn.take(), [tags(&["a.a/xx", "b.b/xx"])]);
    let counter = registry.writer.counter().await.unwrap();
    assert_eq!((counter.purged, counter.snapshot), (Some(counter.serial), counter.serial));
    assert!(cdn.run(&sync, End::Done).await);
    assert_eq!(cdn.take(), [], "what is purged is not purged again");
}

#[tokio::test]
async fn without_room_new_versions_age_out_and_withdrawn_ones_do_not() {
    let (registry, cdn) = (Registry::new().await, Arc::new(Told::default()));
    let sync = sync(&registry, &cdn, 2);
    for name in ["a.a/xx", "b.b/xx", "c.c/xx"] {
        registry.put(&[Version::new(name, "1.0.0")]).await;
        assert!(cdn.run(&sync, End::Done).await);
    }
    assert_eq!(cdn.take(), [tags(&["a.a/xx"]), tags(&["b.b/xx"])], "two have room");
    registry.put(&[Version::new("a.a/xx", "1.0.0").status(Status::Deleted), Version::new("b.b/xx", "2.0.0")]).await;
    assert!(cdn.run(&sync, End::Done).await);
    assert_eq!(cdn.take(), [tags(&["a.a/xx"])]);
    let serial = registry.serial().await;
    assert_eq!(registry.writer.counter().await.unwrap().purged, Some(serial), "what ages out is done with");
}

#[tokio::test]
async fn of_many_changed_servers_all_that_was_made_from_the_catalogue_is_purged() {
    let (registry, cdn) = (Registry::new().await, Arc::new(Told::default()));
    let sync = sync(&registry, &cdn, 1000);
    let versions: Vec<Version> =
        (0..=limits::PURGE_TAGS).map(|n| Version::new(&format!("a.a/server-{n}"), "1.0.0")).collect();
    registry.put(&versions).await;
    assert!(cdn.run(&sync, End::Done).await);
    assert_eq!(cdn.take().iter().map(BTreeSet::len).collect::<Vec<_>>(), [limits::PURGE_TAGS]);
    let deprecated: Vec<Version> = versions.into_iter().map(|version| version.status(Status::Deprecated)).collect();
    registry.put(&deprecated).await;
    assert!(cdn.run(&sync, End::Done).await);
    assert_eq!(cdn.take(), [BTreeSet::from([Tag::Catalogue])]);
}

#[tokio::test]
async fn an_import_purges_what_it_changes_and_not_what_it_brings() {
    let (registry, cdn) = (Registry::new().await, Arc::new(Told::default()));
    let sync = sync(&registry, &cdn, 1000);
    let entry = |status: &str| {
        let official = json!({"status": status, "publishedAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-02T00:00:00Z",
            "isLatest": true});
        json!({"servers": [{"server": {"name": "a.a/xx", "description": "About", "version": "1.0.0"},
            "_meta": {"io.modelcontextprotocol.registry/official": official}}], "metadata": {"count": 1}})
    };
    for (status, expected) in [("active", vec![]), ("deleted", vec![tags(&["a.a/xx"])])] {
        let before = registry.serial().await;
        registry.import(&[&registry.source("upstream", &entry(status))]).await;
        assert!(registry.serial().await > before, "{status}");
        assert!(cdn.run(&sync, End::Done).await);
        assert_eq!(cdn.take(), expected, "{status}");
    }
}

/// Where Berth was before it purged, it does not begin with all that ever happened.
#[tokio::test]
async fn the_first_run_begins_at_the_snapshot() {
    let registry = Registry::with(&[Version::new("a.a/xx", "1.0.0")]).await;
    let cdn = Arc::new(Told::default());
    let sync = sync(&registry, &cdn, 100);
    registry.put(&[Version::new("b.b/xx", "1.0.0")]).await;
    assert!(cdn.run(&sync, End::Refused).await);
    assert_eq!(cdn.take(), []);
    assert!(cdn.run(&sync, End::Done).await);
    assert_eq!(cdn.take(), [tags(&["b.b/xx"])], "though the snapshot has it since");
}

#[tokio::test]
async fn a_repeated_call_has_the_same_reference_and_another_has_another() {
    let (registry, cdn) = (Registry::new().await, Arc::new(Told::default()));
    let sync = sync(&registry, &cdn, 100);
    registry.put(&[Version::new("a.a/xx", "1.0.0")]).await;
    assert!(!cdn.run(&sync, End::Unheard).await);
    assert!(cdn.run(&sync, End::Done).await);
    registry.put(&[Version::new("a.a/xx", "2.0.0")]).await;
    assert!(cdn.run(&sync, End::Done).await);
    let calls = cdn.calls();
    assert_eq!((calls.len(), &calls[0]), (3, &calls[1]));
    assert_eq!(calls[1].tags, calls[2].tags);
    assert_ne!(calls[1].reference, calls[2].reference);
}
