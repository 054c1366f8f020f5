//! Who holds a domain that several claim.

use registry::identity::Identity;
use registry::store::{AuditEvent, AuditOutcome};
use registry::time::Timestamp;
use registry_domain::{Claim, Domains, DomainsError, Files, Method, Status, Verifier};

use crate::claims::{claim, domain, record};
use crate::name_server::{NameServer, Records, resolvers};
use crate::table::Table;

const DOMAIN: &str = "example.com";

/// Two name servers that agree.
pub(crate) struct World {
    pub(crate) table: Table,
    pub(crate) domains: Domains,
    pub(crate) servers: [NameServer; 2],
    pub(crate) verifier: Verifier,
}

impl World {
    pub(crate) async fn new() -> Self {
        let table = Table::new().await;
        let servers = [NameServer::new(&[]).await, NameServer::new(&[]).await];
        let files = Files::new(Files::options()).unwrap();
        let verifier = Verifier::new(resolvers(&[&servers[0], &servers[1]]), files, None);
        Self { domains: table.domains(), table, servers, verifier }
    }

    pub(crate) fn set(&self, records: Records<'_>) {
        self.servers.iter().for_each(|server| server.set(records));
    }

    /// The records of claims.
    pub(crate) fn set_claims(&self, claims: &[&Claim]) {
        let values: Vec<String> = claims.iter().map(|claim| claim.value()).collect();
        let records: Vec<_> = values.iter().map(|value| (DOMAIN, "TXT", value.as_str())).collect();
        self.set(&records);
    }

    /// A look for the record, and what comes of it.
    pub(crate) async fn check(&self, identity: &Identity) -> Result<Claim, DomainsError> {
        let claim = self.domains.claim_of(identity, &domain(DOMAIN), Timestamp::now()).await.unwrap().unwrap();
        let look = self.verifier.look(&claim, Method::Dns).await;
        assert_eq!(look.finding, registry_domain::Finding::Present, "{look:?}");
        self.settle(identity, Method::Dns).await
    }

    pub(crate) async fn settle(&self, identity: &Identity, method: Method) -> Result<Claim, DomainsError> {
        let by = record(identity, AuditEvent::DomainProof);
        self.domains.settle(&self.verifier, identity, &domain(DOMAIN), method, by).await
    }

    pub(crate) async fn status(&self, identity: &Identity) -> Status {
        self.status_at(identity, Timestamp::now()).await
    }

    pub(crate) async fn status_at(&self, identity: &Identity, now: Timestamp) -> Status {
        self.domains.claim_of(identity, &domain(DOMAIN), now).await.unwrap().unwrap().status(now)
    }
}

#[tokio::test]
async fn the_first_keeps_it_while_the_record_is_there() {
    let (world, one, two) = (World::new().await, Identity::github(1), Identity::github(2));
    let (first, second) =
        (claim(&world.domains, &one, DOMAIN).await.unwrap(), claim(&world.domains, &two, DOMAIN).await.unwrap());
    world.set_claims(&[&first, &second]);
    let proved = world.check(&one).await.unwrap();
    assert_eq!((proved.method, proved.token), (Some(Method::Dns), first.token.clone()));
    let refused = world.check(&two).await.unwrap_err().to_string();
    assert!(refused.starts_with("example.com is held by somebody else, whose proof is still there"), "{refused}");
    assert_eq!(world.status(&two).await, Status::Pending);

    // As long as nobody can tell, it stays where it is.
    world.servers[1].fall_silent();
    let refused = world.settle(&two, Method::Http).await.unwrap_err().to_string();
    assert!(refused.contains("cannot be told now"), "{refused}");

    world.set_claims(&[&second]);
    let proved = world.check(&two).await.unwrap();
    assert_eq!(proved.identity, two);
    assert_eq!((world.status(&one).await, world.status(&two).await), (Status::Lapsed, Status::Proved));
    assert_eq!(world.domains.holder(&domain(DOMAIN)).await.unwrap().unwrap().identity, two);
    let trail = world.table.trail().await;
    let events: Vec<_> = trail.iter().map(|record| (record.event, record.identity.as_deref().unwrap())).collect();
    let expected = [
        (AuditEvent::DomainClaim, "github:1"),
        (AuditEvent::DomainClaim, "github:2"),
        (AuditEvent::DomainProof, "github:1"),
        (AuditEvent::DomainLapse, "github:1"),
        (AuditEvent::DomainProof, "github:2"),
    ];
    assert_eq!(events[..3], expected[..3]);
    assert!(events[3..].contains(&expected[3]) && events[3..].contains(&expected[4]), "{events:?}");
    assert!(trail.iter().all(|record| record.outcome == AuditOutcome::Done));

    // And back again, once the second gives it up.
    let by = record(&two, AuditEvent::DomainRelease);
    assert!(world.domains.release(&two, &domain(DOMAIN), by, Timestamp::now()).await.unwrap());
    assert_eq!(world.domains.holder(&domain(DOMAIN)).await.unwrap(), None);
    let again = claim(&world.domains, &one, DOMAIN).await.unwrap();
    assert_eq!((again.token, world.status(&one).await), (first.token.clone(), Status::Pending));
    world.set_claims(&[&first]);
    world.check(&one).await.unwrap();
}

#[tokio::test]
async fn of_many_at_once_one_wins() {
    let world = World::new().await;
    let identities: Vec<Identity> = (1..=6).map(Identity::github).collect();
    let mut claims = Vec::new();
    for identity in &identities {
        claims.push(claim(&world.domains, identity, DOMAIN).await.unwrap());
    }
    world.set_claims(&claims.iter().collect::<Vec<_>>());
    let checks = identities.iter().map(|identity| world.check(identity));
    let results = futures_util::future::join_all(checks).await;
    let winners: Vec<_> = results.iter().filter_map(|result| result.as_ref().ok()).collect();
    assert_eq!(winners.len(), 1, "{results:?}");
    assert!(results.iter().all(|result| matches!(result, Ok(_) | Err(DomainsError::Held(_)))), "{results:?}");
    assert_eq!(world.domains.holder(&domain(DOMAIN)).await.unwrap().unwrap().identity, winners[0].identity);
}

#[tokio::test]
async fn a_claim_that_is_not_there_proves_nothing() {
    let (world, me) = (World::new().await, Identity::github(1));
    assert!(matches!(world.settle(&me, Method::Dns).await, Err(DomainsError::Unclaimed(_))));
    assert_eq!(world.table.items().await, []);
}

#[tokio::test]
async fn a_file_does_not_narrow_what_a_record_proves() {
    let (world, me) = (World::new().await, Identity::github(1));
    let mine = claim(&world.domains, &me, DOMAIN).await.unwrap();
    let by_file = world.settle(&me, Method::Http).await.unwrap();
    assert!(!by_file.grant(Timestamp::now()).unwrap().below);
    world.set_claims(&[&mine]);
    assert!(world.check(&me).await.unwrap().grant(Timestamp::now()).unwrap().below);
    let still = world.settle(&me, Method::Http).await.unwrap();
    assert_eq!(still.method, Some(Method::Dns));
    assert_eq!(world.domains.holder(&domain(DOMAIN)).await.unwrap().unwrap().method, Some(Method::Dns));
}
