//! The audit trail itself: records are added and never changed.

use registry::identity::Namespace;
use registry::store::{AuditEvent, AuditLog, AuditOutcome, AuditQuery, AuditRecord};
use registry::time::Timestamp;

use super::world::World;
use crate::table::Table;

fn record(target: &str) -> AuditRecord {
    AuditRecord::new(AuditEvent::Publish, AuditOutcome::Done).to(target)
}

async fn records(trail: &AuditLog, namespace: Option<&str>) -> Vec<AuditRecord> {
    let until = Some("2100-01-01T00:00:00Z".parse().unwrap());
    let query = AuditQuery { namespace: namespace.map(str::to_owned), until, limit: 100, ..AuditQuery::default() };
    trail.page(&query).await.unwrap().records
}

async fn targets(trail: &AuditLog, namespace: Option<&str>) -> Vec<String> {
    records(trail, namespace).await.into_iter().map(|record| record.target.unwrap_or_default()).collect()
}

#[tokio::test]
async fn a_record_is_written_once() {
    let trail = World::new().await.trail();
    let first = record("first");
    trail.append(&first).await.unwrap();
    let forged = AuditRecord { target: Some("forged".to_owned()), ..first.clone() };
    assert!(trail.append(&forged).await.is_err());
    // Not even for another namespace.
    let namespace: Namespace = "com.example".parse().unwrap();
    assert!(trail.append(&forged.about(&namespace)).await.is_err());
    assert_eq!(targets(&trail, None).await, ["first"]);
    assert_eq!(targets(&trail, Some("com.example")).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_record_lies_in_its_month_and_with_its_namespace() {
    let world = World::new().await;
    let namespace: Namespace = "com.Example".parse().unwrap();
    let at: Timestamp = "2026-02-28T23:59:59.999999Z".parse().unwrap();
    let record = AuditRecord { at, ..record("a").about(&namespace) };
    world.trail().append(&record).await.unwrap();
    let sort = format!("{:020}#{}", at.as_micros(), record.id);
    assert_eq!(world.partition("AUDIT#2026-02").await, std::slice::from_ref(&sort));
    assert_eq!(world.partition("AUDIT-OF#com.example").await, [sort]);
    assert_eq!(world.partition("AUDIT#2026-03").await, Vec::<String>::new());
}

#[tokio::test]
async fn all_of_a_record_is_read_back_and_long_texts_are_cut() {
    let trail = World::new().await.trail();
    let text = |text: &str| Some(text.to_owned());
    let full = AuditRecord {
        identity: text("github:1"),
        method: text("github-at"),
        subject: text("alice\n\u{202e}"),
        token_id: text("t"),
        address: text("2001:db8::1"),
        detail: Some("ü".repeat(1001)),
        ..record("x").about(&"com.example".parse().unwrap())
    };
    trail.append(&full).await.unwrap();
    assert_eq!(records(&trail, None).await, [AuditRecord { detail: Some("ü".repeat(1000)), ..full }]);
}

#[tokio::test]
async fn records_that_are_too_old_are_not_shown() {
    let world = World::new().await;
    let trail = world.trail();
    let old = Timestamp::from_micros(Timestamp::now().as_micros() - 401 * 86_400_000_000).unwrap();
    trail.append(&AuditRecord { at: old, ..record("old") }).await.unwrap();
    trail.append(&record("new")).await.unwrap();
    assert_eq!(targets(&trail, None).await, ["new"]);
}

#[tokio::test]
async fn a_table_that_cannot_be_reached_fails_an_append_and_not_a_note() {
    let (client, table) = Table::at("http://127.0.0.1:9").client();
    let trail = AuditLog::new(client, table, 400);
    assert!(trail.append(&record("x")).await.is_err());
    trail.note(&record("x")).await;
}
