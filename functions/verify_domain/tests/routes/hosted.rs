//! Proofs by records that the registry writes itself.

use std::time::Duration;

use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, RrType};
use registry::store::{AuditEvent, AuditOutcome};
use registry::time::Timestamp;
use registry_domain::Rechecked;
use serde_json::{Value, json};

use crate::emulator::Emulator;
use crate::registry::{Answer, Registry, administrator, no_files, token};

const NOT_PROVED: &str = "The domain is not proved";

impl Registry {
    async fn hosted(emulator: &Emulator) -> Self {
        Self::with(no_files(), Some(emulator.route53())).await
    }

    async fn prove_hosted(&self, token: &str, body: Value) -> Answer {
        self.call("POST", "/verify-domain/route53", token, Some(&body)).await
    }

    /// What a look comes to so many days from now.
    async fn recheck(&self, days: i64) -> Rechecked {
        let now = Timestamp::from_micros(Timestamp::now().as_micros() + days * 86_400_000_000).unwrap();
        self.table.domains().recheck(&self.verifier, now).await.unwrap()
    }
}

/// Nothing but what every zone has.
async fn empty(emulator: &Emulator, zone: &str) {
    let answer = emulator.client.list_resource_record_sets().hosted_zone_id(zone).send().await.unwrap();
    for set in answer.resource_record_sets.into_iter().filter(|set| set.r#type == RrType::Txt) {
        let change = Change::builder().action(ChangeAction::Delete).resource_record_set(set).build().unwrap();
        let batch = ChangeBatch::builder().changes(change).build().unwrap();
        emulator.client.change_resource_record_sets().hosted_zone_id(zone).change_batch(batch).send().await.unwrap();
    }
}

async fn set_text(emulator: &Emulator, zone: &str, name: &str, values: &[&str]) {
    let records = values.iter().map(|value| ResourceRecord::builder().value(*value).build().unwrap()).collect();
    let set = ResourceRecordSet::builder().name(name).r#type(RrType::Txt).ttl(300).set_resource_records(Some(records));
    let change = Change::builder().action(ChangeAction::Upsert).resource_record_set(set.build().unwrap());
    let batch = ChangeBatch::builder().changes(change.build().unwrap()).build().unwrap();
    emulator.client.change_resource_record_sets().hosted_zone_id(zone).change_batch(batch).send().await.unwrap();
}

#[tokio::test]
async fn a_hosted_domain_is_proved_and_left_as_it_was() {
    let Some(emulator) = Emulator::start().await else { return };
    let zone = emulator.zone("example.com", false).await;
    set_text(&emulator, &zone, "example.com", &["\"v=spf1 -all\"", "\"a \\\"quoted\\\" text\" \"in two\""]).await;
    let before = emulator.texts(&zone).await;
    let registry = Registry::hosted(&emulator).await;
    let _bridge = emulator.bridge(&zone, &registry.servers).await;

    let body = json!({"domain": "example.com", "identity": "github:7"});
    let claim = registry.prove_hosted(&administrator(), body.clone()).await.ok();
    assert_eq!((&claim["status"], &claim["method"]), (&"proved".into(), &"route53".into()));
    assert_eq!(claim["publishes"], json!(["com.example/*", "com.example.*"]));
    assert_eq!(registry.list(&token(7)).await, [claim]);
    assert_eq!(registry.list(&administrator()).await, Vec::<Value>::new());
    assert_eq!(emulator.texts(&zone).await, before);

    // The same again, and a name without any record.
    registry.prove_hosted(&administrator(), body).await.ok();
    assert_eq!(emulator.texts(&zone).await, before);
    registry.prove_hosted(&administrator(), json!({"domain": "docs.example.com"})).await.ok();
    assert_eq!(emulator.texts(&zone).await, before);
    assert_eq!(registry.list(&administrator()).await[0]["domain"], "docs.example.com");

    // Somebody else's request meets a zone that is hosted still.
    let taken = registry.prove_hosted(&administrator(), json!({"domain": "example.com", "identity": "github:8"})).await;
    let said = taken.refused(409, "The domain is held by somebody else");
    assert!(said[0].contains("whose proof is still there"), "{said:?}");
    assert_eq!(emulator.texts(&zone).await, before);

    // Looked at again: by the zone, as the record is gone.
    let rechecked = registry.recheck(2).await;
    assert_eq!(rechecked, Rechecked { proved: 2, ..Rechecked::default() });
    let trail = registry.table.trail().await;
    let proof = trail.iter().find(|record| record.event == AuditEvent::DomainProof).unwrap();
    assert_eq!((proof.outcome, proof.identity.as_deref()), (AuditOutcome::Done, Some("github:1")));
    assert_eq!(proof.detail, Some(format!("for github:7, in the hosted zone {zone}")));

    empty(&emulator, &zone).await;
    emulator.client.delete_hosted_zone().id(&zone).send().await.unwrap();
    let gone = registry.recheck(4).await;
    assert_eq!((gone.proved, gone.missing.len()), (0, 2), "{gone:?}");
}

#[tokio::test]
async fn whatever_fails_the_record_set_is_put_back() {
    let Some(emulator) = Emulator::start().await else { return };
    let zone = emulator.zone("example.com", false).await;
    set_text(&emulator, &zone, "example.com", &["\"v=spf1 -all\""]).await;
    let before = emulator.texts(&zone).await;
    let body = || json!({"domain": "example.com", "identity": "github:7"});

    // The domain is not delegated to the zone.
    let registry = Registry::hosted(&emulator).await;
    let said = registry.prove_hosted(&administrator(), body()).await.refused(422, NOT_PROVED);
    assert!(said[0].ends_with(": no TXT record"), "{said:?}");
    assert!(said.last().unwrap().contains("is example.com delegated to the name servers of that zone?"), "{said:?}");
    assert_eq!(emulator.texts(&zone).await, before);
    assert_eq!(registry.list(&token(7)).await[0]["status"], "pending");

    // The change takes too long.
    let impatient = emulator.route53().waiting(Duration::ZERO);
    let registry = Registry::with(no_files(), Some(impatient)).await;
    let bridge = emulator.bridge(&zone, &registry.servers).await;
    let answer = registry.prove_hosted(&administrator(), body()).await;
    let said = answer.refused(503, NOT_PROVED);
    assert!(said[0].ends_with("and was taken back: try again, which does no harm"), "{said:?}");
    assert_eq!(answer.headers["retry-after"], "30");
    assert_eq!(emulator.texts(&zone).await, before);
    drop(bridge);

    // What was there before stays there, and several at once do not lose each other's records.
    let registry = Registry::hosted(&emulator).await;
    let mine = registry.claimed(&token(7), "example.com").await;
    set_text(&emulator, &zone, "example.com", &["\"v=spf1 -all\"", &format!("\"{mine}\"")]).await;
    let before = emulator.texts(&zone).await;
    let _bridge = emulator.bridge(&zone, &registry.servers).await;
    let admin = administrator();
    let other = json!({"domain": "example.com", "identity": "github:8"});
    let (one, two) = tokio::join!(registry.prove_hosted(&admin, body()), registry.prove_hosted(&admin, other));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{one:?} {two:?}");
    assert_eq!(emulator.texts(&zone).await, before);
    // Both write, into a set that neither made.
    set_text(&emulator, &zone, "docs.example.com", &["\"other\""]).await;
    let before = emulator.texts(&zone).await;
    let docs = |identity: &str| json!({"domain": "docs.example.com", "identity": identity});
    let (one, two) =
        tokio::join!(registry.prove_hosted(&admin, docs("github:7")), registry.prove_hosted(&admin, docs("github:8")));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{one:?} {two:?}");
    assert_eq!(emulator.texts(&zone).await, before);
}

#[tokio::test]
async fn the_nearest_public_zone_is_written_by_whole_labels() {
    let Some(emulator) = Emulator::start().await else { return };
    let parent = emulator.zone("example.com", false).await;
    let child = emulator.zone("docs.example.com", false).await;
    emulator.zone("api.example.com", true).await;
    let registry = Registry::hosted(&emulator).await;
    let zone = async |domain: &str| {
        let zone = emulator.route53().zone(&domain.parse().unwrap()).await.unwrap();
        zone.map(|zone| (zone.id, zone.name))
    };
    let of = |id: &str, name: &str| Some((id.to_owned(), name.to_owned()));
    assert_eq!(zone("example.com").await, of(&parent, "example.com"));
    assert_eq!(zone("a.b.example.com").await, of(&parent, "example.com"));
    assert_eq!(zone("docs.example.com").await, of(&child, "docs.example.com"));
    assert_eq!(zone("v1.docs.example.com").await, of(&child, "docs.example.com"));
    // A private zone answers nobody outside.
    assert_eq!(zone("api.example.com").await, of(&parent, "example.com"));
    for other in ["badexample.com", "example.co", "other.com", "example.com.au"] {
        assert_eq!(zone(other).await, None, "{other}");
    }
    let answer = registry.prove_hosted(&administrator(), json!({"domain": "badexample.com"})).await;
    let said = answer.refused(422, NOT_PROVED);
    assert_eq!(said, ["the account hosts no public zone that badexample.com lies in"]);
    assert_eq!(registry.table.items().await, []);
}

#[tokio::test]
async fn only_administrators_have_records_written() {
    let registry = Registry::new().await;
    let body = || json!({"domain": "example.com", "identity": "github:7"});
    for somebody in [token(7), token(8)] {
        let said = registry.prove_hosted(&somebody, body()).await.refused(403, "You are no administrator");
        assert!(said[0].starts_with("only administrators have the registry write records"), "{said:?}");
    }
    let refusals = registry.trail().await;
    assert_eq!(refusals.len(), 2);
    assert_eq!(refusals[1], (AuditEvent::DomainProof, AuditOutcome::Refused, Some("github:8".to_owned())));
    // An administrator hears that this registry does not do it.
    let answer = registry.prove_hosted(&administrator(), body()).await;
    answer.refused(404, "This registry writes no records into Route 53");
    assert_eq!(registry.table.items().await, []);
}
