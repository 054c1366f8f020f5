//! What the audit trail says of what is refused.

use berth_tests::{Answer, Client, Publisher, Registry, document, version_path};
use futures_util::future::join_all;
use registry::store::{AuditOutcome, AuditRecord};
use registry_auth::Action;
use serde_json::json;

use super::within_an_hour;

const NAME: &str = "a.b/xx";
const INVALID: &str = "failed to parse token: token is malformed: token contains an invalid number of segments";

async fn published() -> Registry {
    let registry = Registry::new().await;
    registry.publisher().publish_version(NAME, "1.0.0").await.ok();
    registry
}

/// What was recorded after the publish of [`published`].
async fn refused(registry: &Registry) -> Vec<AuditRecord> {
    let records = registry.records().await.split_off(1);
    assert!(records.iter().all(|record| record.outcome == AuditOutcome::Refused), "{records:?}");
    records
}

#[tokio::test]
async fn what_is_refused_is_recorded_with_its_reason() {
    let registry = published().await;
    let (publisher, process) = (registry.publisher(), registry.client());
    let stranger = Publisher::new(process.clone(), &[(Action::Publish, "c.d/*"), (Action::Edit, "c.d/*")]);
    let invalid = Publisher { client: process, token: "not-a-token".to_owned() };
    let mut other = document(NAME, "1.0.0");
    other["description"] = json!("other");
    let active = json!({"status": "active"});
    let meaningless = document(NAME, "latest");
    let unchanged = "No changes to apply: status and message are already set to the provided values";
    let all_unchanged = "No changes to apply: all versions already have the requested status and message";
    let no_edit = "You do not have edit permissions for this server";
    let no_status = "You do not have publish or edit permissions for this server";
    let missing = "Server version not found";
    let duplicate = "invalid version: cannot publish duplicate version";
    let schema = "Failed to publish server, invalid schema: call /validate for details";
    let cases: Vec<(Answer, u16, &str, &str, &str)> = vec![
        (invalid.publish(&other).await, 401, "publish", "a.b/xx@1.0.0", INVALID),
        (invalid.edit(NAME, "1.0.0", &other).await, 401, "edit", "a.b/xx@1.0.0", INVALID),
        (invalid.set_status(NAME, "1.0.0", active.clone()).await, 401, "status", "a.b/xx@1.0.0", INVALID),
        (invalid.set_all(NAME, active.clone()).await, 401, "status", "a.b/xx", INVALID),
        (invalid.delete(NAME, "1.0.0").await, 401, "delete", "a.b/xx@1.0.0", INVALID),
        (stranger.edit(NAME, "1.0.0", &other).await, 403, "edit", "a.b/xx@1.0.0", no_edit),
        (stranger.set_status(NAME, "1.0.0", active.clone()).await, 403, "status", "a.b/xx@1.0.0", no_status),
        (stranger.set_all(NAME, active.clone()).await, 403, "status", "a.b/xx", no_status),
        (stranger.delete(NAME, "1.0.0").await, 403, "delete", "a.b/xx@1.0.0", no_status),
        (publisher.publish(&other).await, 400, "publish", "a.b/xx@1.0.0", duplicate),
        (publisher.publish(&meaningless).await, 422, "publish", "a.b/xx@latest", schema),
        (
            publisher.edit(NAME, "1.0.0", &document("a.b/yy", "1.0.0")).await,
            400,
            "edit",
            "a.b/xx@1.0.0",
            "Cannot rename server",
        ),
        (publisher.set_status(NAME, "1.0.0", active.clone()).await, 400, "status", "a.b/xx@1.0.0", unchanged),
        (publisher.set_all(NAME, active.clone()).await, 400, "status", "a.b/xx", all_unchanged),
        (publisher.delete(NAME, "9.9.9").await, 404, "delete", "a.b/xx@9.9.9", missing),
    ];
    let records = refused(&registry).await;
    assert_eq!(records.len(), cases.len(), "{records:?}");
    for ((answer, status, event, target, reason), record) in cases.iter().zip(&records) {
        assert_eq!(answer.status, *status, "{event} {target}: {answer:?}");
        assert_eq!((record.event.as_str(), record.target.as_deref()), (*event, Some(*target)));
        assert_eq!(record.detail.as_deref(), Some(*reason), "{event} {target}");
        assert!(answer.text().contains(reason), "the client hears the same: {answer:?}");
        assert_eq!(record.namespace.as_deref(), Some("a.b"));
        let identity = (*status != 401).then_some("domain:example.com");
        assert_eq!(record.identity.as_deref(), identity, "a token that is not valid says nothing of anybody");
    }
    let stranger = stranger.publish_version(NAME, "3.0.0").await;
    let last = registry.records().await.pop().unwrap();
    assert_eq!(last.detail.as_deref(), Some(stranger.problem().1.as_str()));
}

#[tokio::test]
async fn what_is_malformed_is_not_recorded() {
    let registry = published().await;
    let publisher = registry.publisher();
    let body = document(NAME, "1.0.0").to_string();
    let send = async |headers: &[(&str, &str)], body: &str| {
        publisher.client.send_body("POST", "/v0.1/publish", headers, body.to_owned()).await.status
    };
    let bearer = format!("Bearer {}", publisher.token);
    let token = ("authorization", bearer.as_str());
    assert_eq!(send(&[], &body).await, 422);
    assert_eq!(send(&[("authorization", "Basic x")], &body).await, 401);
    assert_eq!(send(&[token], "{").await, 400);
    assert_eq!(send(&[token], "{}").await, 422);
    assert_eq!(send(&[token], "").await, 400);
    assert_eq!(send(&[token, ("content-type", "text/plain")], &body).await, 415);
    assert_eq!(send(&[token], &" ".repeat(2 << 20)).await, 413);
    assert_eq!(publisher.set_all(NAME, json!({"status": "gone"})).await.status, 422);
    let path = version_path(NAME, "1.0.0", "");
    assert_eq!(publisher.client.send("DELETE", &path, &[]).await.status, 422);
    assert_eq!(refused(&registry).await, []);
}

/// Anybody can send these: they must not fill the table.
#[tokio::test(flavor = "multi_thread")]
async fn of_invalid_tokens_each_address_gets_sixty_records_an_hour() {
    within_an_hour().await;
    let registry = published().await;
    let processes = [registry.client(), registry.client()];
    let flood = |address: &'static str, times: usize| {
        let send = |number: usize| {
            let client: Client = processes[number % 2].at(address);
            tokio::spawn(async move {
                let publisher = Publisher { client, token: format!("forged.{number}.token") };
                publisher.publish_version(NAME, "1.0.0").await.status
            })
        };
        join_all((0..times).map(send).collect::<Vec<_>>())
    };
    assert!(flood("192.0.2.1", 90).await.into_iter().all(|status| status.unwrap() == 401));
    assert_eq!(refused(&registry).await.len(), 60);
    let items = registry.table().all().await.len();
    flood("192.0.2.1", 20).await;
    assert_eq!(registry.table().all().await.len(), items, "a flood writes nothing");
    flood("2001:db8::1", 50).await;
    flood("2001:db8::2", 50).await;
    let records = refused(&registry).await;
    assert_eq!(records.len(), 120, "a network of 64 bits is one address");
    assert_eq!(records.last().unwrap().address.as_deref().map(|address| address.starts_with("2001:db8::")), Some(true));
    // Somebody with a token is not kept from the trail by them.
    let stranger = Publisher::new(processes[0].at("192.0.2.1"), &[(Action::Publish, "c.d/*")]);
    assert_eq!(stranger.publish_version(NAME, "2.0.0").await.status, 403);
    assert_eq!(refused(&registry).await.len(), 121);
}

#[tokio::test]
async fn no_token_is_in_the_table() {
    let registry = published().await;
    let publisher = registry.publisher();
    let foreign = "eyJhbGciOiJFZERTQSJ9.eyJzZWNyZXQiOiJjbGFpbXMtb2YtYW5vdGhlciJ9.c2lnbmF0dXJlLW9mLWFub3RoZXI";
    let mut sent = vec![publisher.token.clone(), foreign.to_owned(), "opaque-secret-of-somebody".to_owned()];
    let (_, rest) = publisher.token.split_once('.').unwrap();
    sent.push(format!("eyJhbGciOiJub25lIn0.{rest}"));
    for token in &sent {
        let publisher = Publisher { token: token.clone(), ..publisher.clone() };
        publisher.publish_version(NAME, "2.0.0").await;
        publisher.set_all(NAME, json!({"status": "deprecated"})).await;
        publisher.delete(NAME, "9.9.9").await;
    }
    let records = registry.records().await;
    assert_eq!(records.len(), 13, "{records:?}");
    let table = format!("{:?}", registry.table().all().await);
    for part in sent.iter().flat_map(|token| token.split('.')) {
        assert!(part.len() < 8 || !table.contains(part), "{part} is in the table");
    }
    assert!(!table.contains("claims-of-another"));
}

/// Names in paths, versions and messages are free texts.
#[tokio::test]
async fn control_characters_are_written_out() {
    let registry = Registry::new().await;
    let publisher = registry.publisher();
    let version = "1.0.0\r\n\u{1b}[2Jforged";
    publisher.publish_version(NAME, version).await.ok();
    let path = "/v0.1/servers/a.b%2Fxx%0Ayy/versions/1%00".replace("%00", "%07");
    assert_eq!(publisher.send("DELETE", &path, &json!(null)).await.status, 404);
    let message = json!({"status": "deprecated", "statusMessage": "a\nb\u{9b}c"});
    publisher.set_all(NAME, message).await.ok();
    let stranger = Publisher::new(registry.client(), &[(Action::Publish, "c.d/*\n*")]);
    assert_eq!(stranger.publish_version(NAME, version).await.status, 403);
    let records = registry.records().await;
    let texts = |record: &AuditRecord| [record.target.clone(), record.detail.clone()];
    let texts: Vec<String> = records.iter().flat_map(texts).flatten().collect();
    assert_eq!(texts[0], "a.b/xx@1.0.0\\r\\n\\u{1b}[2Jforged");
    assert_eq!(texts[1..3], ["a.b/xx\\nyy@1\\u{7}", "Server version not found"]);
    assert_eq!(texts[3..5], ["a.b/xx", "deprecated: a\\nb\\u{9b}c"]);
    assert_eq!((records.len(), texts.len()), (4, 7));
    assert!(!texts.iter().any(|text| text.contains(char::is_control)), "{texts:?}");
    let of_namespace: Vec<_> = registry.table().keys("AUDIT-OF#").await.into_iter().map(|(pk, _)| pk).collect();
    assert!(of_namespace.iter().all(|pk| pk == "AUDIT-OF#a.b"), "{of_namespace:?}");
}

/// A target may be as long as a path; the record is cut.
#[tokio::test]
async fn a_long_name_is_cut() {
    let registry = Registry::new().await;
    let publisher = registry.publisher();
    let name = format!("{}.b/{}", "a".repeat(3000), "x".repeat(3000));
    assert_eq!(publisher.delete(&name, "1.0.0").await.status, 404);
    let record = registry.records().await.pop().unwrap();
    assert_eq!(record.target.map(|target| target.len()), Some(1000));
    assert_eq!(record.namespace, None);
}
