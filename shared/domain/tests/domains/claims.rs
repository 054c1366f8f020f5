//! Claims that wait for their proof.

use registry::identity::Identity;
use registry::store::{AuditEvent, AuditOutcome, AuditRecord};
use registry::time::Timestamp;
use registry_domain::{Claim, ClaimBody, ClaimableDomain, Domain, Domains, DomainsError, Status};

use crate::table::Table;

pub(crate) fn domain(text: &str) -> ClaimableDomain {
    text.parse::<Domain>().unwrap().try_into().unwrap()
}

pub(crate) fn record(identity: &Identity, event: AuditEvent) -> AuditRecord {
    AuditRecord { identity: Some(identity.to_string()), ..AuditRecord::new(event, AuditOutcome::Done) }
}

pub(crate) async fn claim(domains: &Domains, identity: &Identity, name: &str) -> Result<Claim, DomainsError> {
    claim_at(domains, identity, name, Timestamp::now()).await
}

async fn claim_at(domains: &Domains, identity: &Identity, name: &str, now: Timestamp) -> Result<Claim, DomainsError> {
    domains.claim(identity, &domain(name), record(identity, AuditEvent::DomainClaim), now).await
}

pub(crate) fn days_on(days: f64) -> Timestamp {
    Timestamp::from_micros(Timestamp::now().as_micros() + (days * 86_400e6) as i64).unwrap()
}

#[tokio::test]
async fn a_claim_keeps_its_token() {
    let table = Table::new().await;
    let (domains, one, two) = (table.domains(), Identity::github(1), Identity::github(2));
    let first = claim(&domains, &one, "example.com").await.unwrap();
    let again = claim(&domains, &one, "example.com").await.unwrap();
    assert_eq!((&again.token, again.claimed_at), (&first.token, first.claimed_at));
    assert_eq!(first.status(Timestamp::now()), Status::Pending);
    assert_ne!(claim(&domains, &two, "example.com").await.unwrap().token, first.token);
    assert_ne!(claim(&domains, &one, "docs.example.com").await.unwrap().token, first.token);
    let names = |claims: Vec<Claim>| claims.iter().map(|claim| claim.domain.domain().to_string()).collect::<Vec<_>>();
    assert_eq!(names(domains.of(&one, Timestamp::now()).await.unwrap()), ["docs.example.com", "example.com"]);
    assert_eq!(names(domains.of(&two, Timestamp::now()).await.unwrap()), ["example.com"]);
    let trail = table.trail().await;
    assert_eq!(trail.len(), 4);
    assert_eq!((trail[0].namespace.as_deref(), trail[0].target.as_deref()), (Some("com.example"), Some("example.com")));
}

#[tokio::test]
async fn a_claim_is_forgotten_after_a_week() {
    let table = Table::new().await;
    let (domains, me) = (table.domains(), Identity::github(1));
    let first = claim(&domains, &me, "example.com").await.unwrap();
    let (_, ttl) = &table.items().await[0];
    assert!(ttl.unwrap().abs_diff(days_on(7.0).as_micros() / 1_000_000) < 5);
    // The table keeps it a little longer; nobody sees it.
    let later = days_on(7.1);
    assert_eq!(domains.of(&me, later).await.unwrap(), []);
    assert_eq!(domains.claim_of(&me, &domain("example.com"), later).await.unwrap(), None);
    assert_ne!(claim_at(&domains, &me, "example.com", later).await.unwrap().token, first.token);
}

#[tokio::test]
async fn nobody_claims_the_whole_dns() {
    let table = Table::new().await;
    let (domains, me) = (table.domains(), Identity::github(1));
    for number in 0..20 {
        claim(&domains, &me, &format!("example{number}.com")).await.unwrap();
    }
    let refused = claim(&domains, &me, "one-more.com").await.unwrap_err();
    let DomainsError::TooMany(exceeded) = &refused else { panic!("{refused:?}") };
    assert!(exceeded.retry_after > 6 * 86_400, "{exceeded}");
    let text = "more than 20 domains claimed by github:1 and not proved; prove one or give one up: try again in ";
    assert!(refused.to_string().starts_with(text), "{refused}");
    // What is claimed already is no more; what is given up is less.
    claim(&domains, &me, "example7.com").await.unwrap();
    claim(&domains, &Identity::github(2), "one-more.com").await.unwrap();
    let by = || record(&me, AuditEvent::DomainRelease);
    assert!(domains.release(&me, &domain("example7.com"), by(), Timestamp::now()).await.unwrap());
    assert!(!domains.release(&me, &domain("example7.com"), by(), Timestamp::now()).await.unwrap());
    claim(&domains, &me, "one-more.com").await.unwrap();
}

#[tokio::test]
async fn a_claim_says_what_to_do() {
    let table = Table::new().await;
    let claim = claim(&table.domains(), &Identity::github(1), "docs.example.com").await.unwrap();
    let json = serde_json::to_value(ClaimBody::new(&claim, Timestamp::now())).unwrap();
    let value = format!("mcp-verify={}", claim.token);
    let expected = serde_json::json!({
        "domain": "docs.example.com",
        "status": "pending",
        "record": {"type": "TXT", "name": "docs.example.com", "value": value},
        "file": {"url": "https://docs.example.com/.well-known/mcp-verify", "content": value},
        "publishes": ["com.example.docs/*", "com.example.docs.*"],
        "claimedAt": claim.claimed_at.to_string(),
        "expiresAt": claim.expires_at.to_string(),
    });
    assert_eq!(json, expected);
}
