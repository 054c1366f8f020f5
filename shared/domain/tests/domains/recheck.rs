//! Proofs that are looked at again.

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use registry::identity::Identity;
use registry::store::attributes::{key_item, text};
use registry::store::{AuditEvent, AuditOutcome, keys};
use registry::time::Timestamp;
use registry_domain::{Claim, ClaimBody, Domain, Files, HostedZones, Method, Rechecked, Status, Verifier};

use crate::claims::{claim, days_on, domain, record};
use crate::holders::World;
use crate::name_server::resolvers;
use crate::table::NAME;

const DOMAIN: &str = "example.com";

/// A domain that was proved just now.
async fn proved() -> (World, Identity, Claim) {
    let (world, me) = (World::new().await, Identity::github(1));
    let mine = claim(&world.domains, &me, DOMAIN).await.unwrap();
    world.set_claims(&[&mine]);
    let proved = world.check(&me).await.unwrap();
    (world, me, proved)
}

impl World {
    async fn recheck(&self, now: Timestamp) -> Rechecked {
        self.domains.recheck(&self.verifier, now).await.unwrap()
    }

    async fn claim_at(&self, identity: &Identity, now: Timestamp) -> Claim {
        self.domains.claim_of(identity, &domain(DOMAIN), now).await.unwrap().unwrap()
    }
}

fn none() -> Rechecked {
    Rechecked::default()
}

#[tokio::test]
async fn a_record_that_stays_counts_on() {
    let (world, me, before) = proved().await;
    assert_eq!(world.recheck(days_on(0.9)).await, none(), "it was looked at less than a day ago");
    let now = days_on(40.0);
    assert_eq!(world.recheck(now).await, Rechecked { proved: 1, ..none() });
    let after = world.claim_at(&me, now).await;
    assert_eq!((after.proved_at, after.checked_at), (before.proved_at, Some(now)));
    assert!(after.expires_at > days_on(129.0) && after.expires_at < days_on(131.0));
    assert_eq!(world.recheck(now).await, none());
    // Nobody has to read that it is as it was.
    assert!(!world.table.trail().await.iter().any(|record| record.detail.is_some()));
}

#[tokio::test]
async fn a_record_that_goes_has_three_days() {
    let (world, me, mine) = proved().await;
    world.set(&[]);
    let gone = days_on(2.0);
    assert_eq!(world.recheck(gone).await, Rechecked { missing: vec![DOMAIN.to_owned()], ..none() });
    let missing = world.claim_at(&me, gone).await;
    assert_eq!(missing.status(gone), Status::Missing);
    assert!(missing.grant(gone).is_some(), "it counts a little longer");
    let body = ClaimBody::new(&missing, gone);
    let notice = format!(
        "the TXT record was gone at the last look: it must be back by {}, or the domain is no longer proved",
        missing.expires_at
    );
    assert_eq!((body.status, body.notice), ("missing", Some(notice)));

    // It comes back.
    world.set_claims(&[&mine]);
    assert_eq!(world.recheck(days_on(3.5)).await, Rechecked { proved: 1, ..none() });
    assert_eq!(world.status_at(&me, days_on(80.0)).await, Status::Proved);

    // It goes for good.
    world.set(&[]);
    let gone = days_on(10.0);
    world.recheck(gone).await;
    assert!(world.claim_at(&me, gone).await.grant(days_on(12.9)).is_some());
    assert!(world.claim_at(&me, gone).await.grant(days_on(13.1)).is_none(), "also where nobody looks");
    let over = days_on(13.1);
    assert_eq!(world.recheck(over).await, Rechecked { lapsed: vec![DOMAIN.to_owned()], ..none() });
    let lapsed = world.claim_at(&me, over).await;
    assert_eq!(lapsed.status(over), Status::Lapsed);
    assert!(ClaimBody::new(&lapsed, over).notice.unwrap().starts_with("the proof ended at "));
    assert_eq!(world.domains.holder(&domain(DOMAIN)).await.unwrap(), None);
    let items = world.table.items().await;
    assert_eq!(items.len(), 1);
    assert!(items[0].1.is_some(), "a lapsed claim is forgotten in the end");

    let trail = world.table.trail().await;
    let events: Vec<_> = trail.iter().skip(2).map(|record| (record.event, record.outcome)).collect();
    let (missed, back, lapse) = (
        (AuditEvent::DomainProof, AuditOutcome::Refused),
        (AuditEvent::DomainProof, AuditOutcome::Done),
        (AuditEvent::DomainLapse, AuditOutcome::Done),
    );
    assert_eq!(events, [missed, back, missed, lapse]);
    let last = trail.last().unwrap();
    assert_eq!((last.identity.as_deref(), last.namespace.as_deref()), (Some("github:1"), Some("com.example")));

    // The same record proves it anew.
    world.set_claims(&[&mine]);
    world.check(&me).await.unwrap();
}

#[tokio::test]
async fn silence_changes_nothing_but_the_end() {
    let (world, me, before) = proved().await;
    world.servers[0].fall_silent();
    world.servers[1].fail();
    assert_eq!(world.recheck(days_on(5.0)).await, Rechecked { unknown: 1, ..none() });
    assert_eq!(world.claim_at(&me, days_on(5.0)).await, before);
    // One that misses it is too few.
    world.servers[0].set(&[]);
    assert_eq!(world.recheck(days_on(5.0)).await, Rechecked { unknown: 1, ..none() });
    assert_eq!(world.recheck(days_on(90.1)).await, Rechecked { lapsed: vec![DOMAIN.to_owned()], ..none() });
    assert_eq!(world.domains.holder(&domain(DOMAIN)).await.unwrap(), None);
}

/// An account whose zones change.
#[derive(Debug, Default)]
struct Account(Mutex<Option<Result<Vec<String>, String>>>);

impl HostedZones for Account {
    fn name_servers<'a>(
        &'a self,
        _: &'a Domain,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<String>, String>> + Send + 'a>> {
        let answer = self.0.lock().unwrap().clone().unwrap_or(Ok(Vec::new()));
        Box::pin(async move { answer })
    }
}

#[tokio::test]
async fn a_hosted_domain_counts_while_the_account_hosts_its_zone() {
    let (mut world, me, _) = proved().await;
    let account = Arc::new(Account::default());
    let set = |answer| *account.0.lock().unwrap() = Some(answer);
    let servers = resolvers(&[&world.servers[0], &world.servers[1]]);
    let files = Files::new(Files::options()).unwrap();
    world.verifier = Verifier::new(servers, files, Some(Arc::clone(&account) as Arc<dyn HostedZones>));
    world.settle(&me, Method::Route53).await.unwrap();
    // The record is taken away once the domain is proved.
    let delegated = [("example.com", "NS", "ns-1.awsdns-1.com"), ("example.com", "NS", "ns-2.awsdns-2.net")];
    world.set(&delegated);
    set(Ok(vec!["ns-1.awsdns-1.com".to_owned(), "ns-2.awsdns-2.net".to_owned()]));
    assert_eq!(world.recheck(days_on(2.0)).await, Rechecked { proved: 1, ..none() });
    // Somebody else's claim has to wait, whatever record they set.
    let two = Identity::github(2);
    let second = claim(&world.domains, &two, DOMAIN).await.unwrap();
    let record = second.value();
    world.set(&[delegated[0], delegated[1], (DOMAIN, "TXT", &record)]);
    let refused = world.check(&two).await.unwrap_err().to_string();
    assert!(refused.contains("whose proof is still there"), "{refused}");

    set(Err("cannot list the hosted zones: throttled".to_owned()));
    assert_eq!(world.recheck(days_on(4.0)).await, Rechecked { unknown: 1, ..none() });
    // The zone is still there, and the domain leads elsewhere.
    set(Ok(vec!["ns-1.awsdns-1.com".to_owned()]));
    world.set(&[("example.com", "NS", "ns1.other.com")]);
    assert_eq!(world.recheck(days_on(4.0)).await, Rechecked { missing: vec![DOMAIN.to_owned()], ..none() });
    world.set(&delegated);
    assert_eq!(world.recheck(days_on(6.0)).await, Rechecked { proved: 1, ..none() });
    set(Ok(Vec::new()));
    assert_eq!(world.recheck(days_on(8.0)).await, Rechecked { missing: vec![DOMAIN.to_owned()], ..none() });
    let body = ClaimBody::new(&world.claim_at(&me, days_on(8.0)).await, days_on(8.0));
    assert!(body.notice.unwrap().starts_with("the hosted zone was gone at the last look"));
}

/// Who holds many domains whose servers never answer must not be looked at before all others, run for run.
#[tokio::test]
async fn whoever_waits_longest_is_not_always_first() {
    let (world, me, _) = proved().await;
    claim(&world.domains, &me, "other.com").await.unwrap();
    let by = record(&me, AuditEvent::DomainProof);
    world.domains.settle(&world.verifier, &me, &domain("other.com"), Method::Http, by).await.unwrap();
    let mut first = Vec::new();
    while !(first.contains(&DOMAIN.to_owned()) && first.contains(&"other.com".to_owned())) {
        let due = world.domains.due(days_on(2.0)).await.unwrap();
        assert_eq!(due.len(), 2);
        first.push(due[0].domain.domain().to_string());
        assert!(first.len() < 100, "{first:?}");
    }
}

/// A name becomes a public suffix with a new list: its holder's item is one that nobody could write any more.
#[tokio::test]
async fn a_domain_that_is_none_any_more_does_not_stop_the_others() {
    let (world, me, _) = proved().await;
    let table = &world.table.client;
    for key in [keys::domain_claim(&me, DOMAIN), keys::domain_holder(DOMAIN)] {
        let item = table.get_item().table_name(NAME).set_key(Some(key_item(&key))).send().await.unwrap().item.unwrap();
        let mut other = item.clone();
        other.insert(keys::SK.to_owned(), text(key.sk.replace(DOMAIN, "github.io")));
        other.insert("domain".to_owned(), text("github.io"));
        table.put_item().table_name(NAME).set_item(Some(other)).send().await.unwrap();
    }
    assert_eq!(world.recheck(days_on(2.0)).await, Rechecked { proved: 1, ..none() });
    let claims = world.domains.of(&me, Timestamp::now()).await.unwrap();
    assert_eq!(claims.iter().map(|claim| claim.domain.domain().as_str()).collect::<Vec<_>>(), [DOMAIN]);
}
