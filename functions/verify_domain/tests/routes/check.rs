//! Proofs by a record.

use registry::store::{AuditEvent, AuditOutcome};

use crate::registry::{Registry, token};

const NOT_PROVED: &str = "The domain is not proved";
const HELD: &str = "The domain is held by somebody else";

#[tokio::test]
async fn a_record_proves_a_domain() {
    let registry = Registry::new().await;
    let me = token(7);
    let said = registry.check(&me, "example.com").await.refused(404, "Domain claim not found");
    assert_eq!(said, ["example.com is not claimed: claim it first, and set the record that the claim names"]);
    let record = registry.claimed(&me, "example.com").await;

    let said = registry.check(&me, "example.com").await.refused(422, NOT_PROVED);
    let [one, two, three] = [0, 1, 2].map(|at: usize| registry.servers[at].address);
    let expected = [
        format!("{one}: no TXT record"),
        format!("{two}: no TXT record"),
        format!("{three}: no TXT record"),
        "https://example.com/.well-known/mcp-verify: example.com does not lead to a public address".to_owned(),
    ];
    assert_eq!(said, expected);

    registry.set(&[("example.com", "TXT", "v=spf1 -all"), ("example.com", "TXT", &record)]);
    let claim = registry.check(&me, "EXAMPLE.com").await.ok();
    assert_eq!((&claim["status"], &claim["method"]), (&"proved".into(), &"dns".into()));
    assert_eq!(claim["publishes"], serde_json::json!(["com.example/*", "com.example.*"]));
    assert!(claim["provedAt"].is_string() && claim["checkedAt"].is_string() && claim.get("notice").is_none());
    assert_eq!(registry.list(&me).await, std::slice::from_ref(&claim));
    // A claim of what is proved changes nothing.
    assert_eq!(registry.claim(&me, "example.com").await.ok(), claim);
    // Nor does a check that finds nothing: the next look decides.
    registry.set(&[]);
    registry.check(&me, "example.com").await.refused(422, NOT_PROVED);
    assert_eq!(registry.list(&me).await[0]["status"], "proved");

    let trail: Vec<_> = registry.trail().await.into_iter().map(|(event, outcome, _)| (event, outcome)).collect();
    let expected = [
        (AuditEvent::DomainProof, AuditOutcome::Refused),
        (AuditEvent::DomainClaim, AuditOutcome::Done),
        (AuditEvent::DomainProof, AuditOutcome::Refused),
        (AuditEvent::DomainProof, AuditOutcome::Done),
        (AuditEvent::DomainProof, AuditOutcome::Refused),
    ];
    assert_eq!(trail, expected);
}

#[tokio::test]
async fn the_record_is_of_one_identity_and_one_domain() {
    let registry = Registry::new().await;
    let (me, other) = (token(7), token(8));
    let mine = registry.claimed(&me, "example.com").await;
    let elsewhere = registry.claimed(&me, "other.com").await;
    let theirs = registry.claimed(&other, "example.com").await;
    let almost = mine.replace("mcp-verify=", "mcp-verify= ");
    for wrong in [&theirs, &elsewhere, &almost, &mine.to_uppercase(), &"mcp-verify=".to_owned()] {
        registry.set(&[("example.com", "TXT", wrong)]);
        let said = registry.check(&me, "example.com").await.refused(422, NOT_PROVED);
        assert!(said[0].ends_with("one TXT record, which is another one"), "{said:?}");
    }
    // At the domain itself, not below it, nor above.
    registry.set(&[
        ("_mcp-verify.example.com", "TXT", &mine),
        ("www.example.com", "TXT", &mine),
        ("com", "TXT", &mine),
    ]);
    registry.check(&me, "example.com").await.refused(422, NOT_PROVED);
}

#[tokio::test]
async fn one_lie_proves_nothing_and_one_memory_hinders_nothing() {
    let registry = Registry::new().await;
    let me = token(7);
    let record = registry.claimed(&me, "example.com").await;
    let records = [("example.com", "TXT", record.as_str())];
    // One poisoned resolver.
    registry.servers[1].set(&records);
    let said = registry.check(&me, "example.com").await.refused(422, NOT_PROVED);
    assert!(said[1].ends_with(": found") && said[0].ends_with(": no TXT record"), "{said:?}");
    // The same one beside two that say nothing.
    registry.servers[0].fall_silent();
    registry.servers[2].fail();
    let said = registry.check(&me, "example.com").await.refused(422, NOT_PROVED);
    assert!(said[0].ends_with(": timed out after 1.5 s") && said[2].contains(": answered "), "{said:?}");
    // One that remembers that there was none.
    registry.set(&records);
    registry.servers[2].set(&[]);
    assert_eq!(registry.check(&me, "example.com").await.ok()["status"], "proved");
}

#[tokio::test]
async fn of_two_claimants_one_wins() {
    let registry = Registry::new().await;
    let (one, two) = (token(7), token(8));
    let (first, second) = (registry.claimed(&one, "example.com").await, registry.claimed(&two, "example.com").await);
    registry.set(&[("example.com", "TXT", &first), ("example.com", "TXT", &second)]);
    let (a, b) = tokio::join!(registry.check(&one, "example.com"), registry.check(&two, "example.com"));
    let (winner, loser, record) = if a.status == 200 { (&one, &two, &second) } else { (&two, &one, &first) };
    let (won, lost) = if a.status == 200 { (a, b) } else { (b, a) };
    won.ok();
    let said = lost.refused(409, HELD);
    assert!(said[0].contains("whose proof is still there"), "{said:?}");
    assert_eq!(registry.check(winner, "example.com").await.status, 200);
    registry.check(loser, "example.com").await.refused(409, HELD);

    // The record of the winner goes.
    registry.set(&[("example.com", "TXT", record)]);
    registry.check(loser, "example.com").await.ok();
    assert_eq!(registry.list(winner).await[0]["status"], "lapsed");
    let said = registry.check(winner, "example.com").await.refused(422, NOT_PROVED);
    assert!(said[0].ends_with("one TXT record, which is another one"), "{said:?}");
    let lapses: Vec<_> =
        registry.trail().await.into_iter().filter(|(event, ..)| *event == AuditEvent::DomainLapse).collect();
    assert_eq!(lapses.len(), 1);
}

#[tokio::test]
async fn without_a_table_nothing_is_proved() {
    let mut registry = Registry::new().await;
    let answer = registry.claim(&token(7), "example.com").await;
    assert_eq!(answer.status, 200);
    registry = Registry::without_table().await;
    for answer in [registry.claim(&token(7), "example.com").await, registry.check(&token(7), "example.com").await] {
        assert_eq!(answer.status, 503);
        assert!(answer.headers.contains_key("retry-after"));
        assert!(!String::from_utf8_lossy(&answer.body).contains("127.0.0.1"), "{:?}", answer.body);
    }
}
