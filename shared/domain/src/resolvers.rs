//! Whether a domain has a TXT record, asked of several name servers that do not know of each other.
//!
//! One resolver alone may have been lied to, or may remember from yesterday that there is no record. So two must say that
//! there is one. Where they do not, the name servers of the domain's own zone decide, by majority; who they are, and where,
//! is again what two resolvers say.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::future::join_all;
use registry_fetch::is_public;

use crate::dns::{self, Dns, DnsError, LookupError};
use crate::domain::Domain;
use crate::limits::{QUORUM, ZONE_SECONDS, ZONE_SERVERS};
use crate::sight::{DnsCheck, Finding, Seen, Sight, count, majority};

/// Who is asked if nothing else is configured: three companies, three networks.
const DEFAULT: &str = "1.1.1.1 8.8.8.8 9.9.9.9";

/// Name servers that are asked each for itself, all at the same time, and whose answers are never kept.
#[derive(Clone, Debug)]
pub struct Resolvers {
    servers: Vec<Resolver>,
    /// Where the name servers of zones listen, and whether they may be in a private network.
    port: u16,
    allow_private: bool,
}

#[derive(Clone, Debug)]
struct Resolver {
    address: SocketAddr,
    dns: Dns,
}

/// Resolvers cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ResolversError {
    /// One of them.
    #[error(transparent)]
    Dns(#[from] DnsError),
    /// One could decide alone.
    #[error(
        "{0} name servers are too few to check domains with: give at least {QUORUM} that are independent of each other"
    )]
    TooFew(usize),
}

impl Resolvers {
    /// Asks `servers`.
    ///
    /// # Errors
    /// When they are fewer than two, or no socket can be had.
    pub fn new(servers: &[SocketAddr]) -> Result<Self, ResolversError> {
        let mut addresses: Vec<SocketAddr> = Vec::new();
        for address in servers {
            if !addresses.contains(address) {
                addresses.push(*address);
            }
        }
        if addresses.len() < QUORUM {
            return Err(ResolversError::TooFew(addresses.len()));
        }
        let resolver = |address| Ok::<_, DnsError>(Resolver { address, dns: Dns::servers(&[address])? });
        let servers = addresses.into_iter().map(resolver).collect::<Result<_, _>>()?;
        Ok(Self { servers, port: dns::PORT, allow_private: false })
    }

    /// Asks the name servers of a configuration: addresses, with or without a port, separated by white space or commas.
    ///
    /// # Errors
    /// As [`Resolvers::new`], and when one is no address.
    pub fn configured(text: &str) -> Result<Self, ResolversError> {
        Self::new(&dns::addresses(text)?)
    }

    /// Asks three public resolvers.
    ///
    /// # Errors
    /// When no socket can be had.
    pub fn public() -> Result<Self, ResolversError> {
        Self::configured(DEFAULT)
    }

    /// The same with another limit of time for each question.
    #[must_use]
    pub fn within(mut self, timeout: Duration) -> Self {
        for server in &mut self.servers {
            server.dns = server.dns.clone().within(timeout);
        }
        self
    }

    /// The same, with name servers of zones that may be in a private network and listen at `port`. For tests alone: no
    /// configuration leads here.
    #[must_use]
    pub fn reaching_private(self, port: u16) -> Self {
        Self { port, allow_private: true, ..self }
    }

    /// Looks for a TXT record of the domain itself that reads `value`.
    pub async fn find(&self, domain: &Domain, value: &str) -> DnsCheck {
        let ask = |resolver: &Resolver| {
            let (by, dns) = (label(resolver.address), resolver.dns.clone());
            async move { Seen { by, saw: look(&dns, domain, value).await } }
        };
        let mut seen: Vec<Seen> = join_all(self.servers.iter().map(ask)).await;
        let (found, absent) = count(&seen);
        if found >= QUORUM {
            return DnsCheck { finding: Finding::Present, seen };
        }
        if found + absent < QUORUM {
            return DnsCheck { finding: Finding::Unknown, seen };
        }
        let limit = Duration::from_secs(ZONE_SECONDS);
        let zone = tokio::time::timeout(limit, self.ask_zone(domain, value)).await.unwrap_or_default();
        let finding = match majority(&zone) {
            Finding::Unknown if found == 0 => Finding::Absent,
            finding => finding,
        };
        seen.extend(zone);
        DnsCheck { finding, seen }
    }

    /// The name servers of the zone that a domain lies in, as far as two resolvers agree; `None` if they do not.
    pub async fn name_servers(&self, domain: &Domain) -> Option<Vec<String>> {
        let mut name = domain.as_str();
        // A top-level domain has no servers that would know.
        while let Some((_, above)) = name.split_once('.') {
            let answers = join_all(self.servers.iter().map(|resolver| resolver.dns.name_servers(name))).await;
            let agreed = agreed(&answers);
            if !agreed.is_empty() {
                return Some(agreed);
            }
            if answers.iter().filter(|answer| answer.as_ref().is_ok_and(Vec::is_empty)).count() < QUORUM {
                return None;
            }
            name = above;
        }
        None
    }

    async fn ask_zone(&self, domain: &Domain, value: &str) -> Vec<Seen> {
        let names = self.name_servers(domain).await.unwrap_or_default();
        join_all(names.into_iter().take(ZONE_SERVERS).map(|name| async move {
            let saw = match self.zone_server(&name).await {
                Some(dns) => look(&dns, domain, value).await,
                None => Sight::NotAsked,
            };
            Seen { by: name, saw }
        }))
        .await
    }

    /// A way to ask one of a zone's own name servers. Whoever owns the zone chose its address.
    async fn zone_server(&self, name: &str) -> Option<Dns> {
        let answers = join_all(self.servers.iter().map(|resolver| resolver.dns.addresses(name))).await;
        let mut agreed: Vec<IpAddr> = agreed(&answers);
        agreed.retain(|address| self.allow_private || is_public(*address));
        let address = agreed.first()?;
        Dns::over_tcp(&[SocketAddr::new(*address, self.port)]).ok()
    }
}

async fn look(dns: &Dns, domain: &Domain, value: &str) -> Sight {
    match dns.txt(domain.as_str()).await {
        Ok(records) if records.iter().any(|record| record.trim() == value) => Sight::Found,
        Ok(records) if records.is_empty() => Sight::Nothing,
        Ok(records) => Sight::Others(records.len()),
        Err(error) => Sight::Failed(error),
    }
}

/// What at least two of the answers have, in order.
fn agreed<T: Ord + Clone>(answers: &[Result<Vec<T>, LookupError>]) -> Vec<T> {
    let mut votes: BTreeMap<&T, usize> = BTreeMap::new();
    for answer in answers.iter().flatten() {
        let mut once: Vec<&T> = answer.iter().collect();
        once.sort();
        once.dedup();
        for value in once {
            *votes.entry(value).or_default() += 1;
        }
    }
    votes.into_iter().filter(|(_, votes)| *votes >= QUORUM).map(|(value, _)| value.clone()).collect()
}

fn label(address: SocketAddr) -> String {
    if address.port() == dns::PORT { address.ip().to_string() } else { address.to_string() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[tokio::test]
    async fn one_resolver_is_too_few() {
        for text in ["", "1.1.1.1", "1.1.1.1, 1.1.1.1:53"] {
            assert!(matches!(Resolvers::configured(text), Err(ResolversError::TooFew(0 | 1))), "{text}");
        }
        assert!(Resolvers::configured("1.1.1.1 one.one.one.one").is_err());
        assert_eq!(Resolvers::public().unwrap().servers.len(), 3);
    }

    #[test]
    fn name_servers_have_short_names() {
        assert_eq!(label("[2001:db8::1]:53".parse().unwrap()), "2001:db8::1");
        assert_eq!(label("192.0.2.1:5353".parse().unwrap()), "192.0.2.1:5353");
    }

    proptest! {
        #[test]
        fn one_answer_alone_is_never_agreed(answers in proptest::collection::vec(proptest::collection::vec(0_u8..6, 0..6), 0..5)) {
            let ok: Vec<Result<Vec<u8>, LookupError>> = answers.iter().cloned().map(Ok).collect();
            for value in agreed(&ok) {
                prop_assert!(answers.iter().filter(|answer| answer.contains(&value)).count() >= 2);
            }
        }
    }
}
