//! Proof records in DNS: TXT records of the domain itself.

use std::net::SocketAddr;
use std::time::Duration;

use registry_domain::{DnsError, LookupError};

use super::{ProofRecord, Refusal};
use crate::domain::Domain;

/// Where records are put by mistake.
const MISPLACED: [&str; 2] = ["_mcp-auth", "_mcp-registry"];

/// Asks name servers for proof records.
#[derive(Clone, Debug)]
pub struct Dns(registry_domain::Dns);

impl Dns {
    /// Asks the name servers of the system.
    ///
    /// # Errors
    /// When the system's configuration cannot be read.
    pub fn system() -> Result<Self, DnsError> {
        registry_domain::Dns::system().map(Self)
    }

    /// Asks `servers` alone.
    ///
    /// # Errors
    /// When no socket can be had.
    pub fn servers(servers: &[SocketAddr]) -> Result<Self, DnsError> {
        registry_domain::Dns::servers(servers).map(Self)
    }

    /// Asks the name servers of a configuration: addresses, with or without a port, separated by white space or commas.
    ///
    /// # Errors
    /// When one is no address, or no socket can be had.
    pub fn configured(text: &str) -> Result<Self, DnsError> {
        registry_domain::Dns::configured(text).map(Self)
    }

    /// The same name servers with another limit of time.
    #[must_use]
    pub fn within(self, timeout: Duration) -> Self {
        Self(self.0.within(timeout))
    }

    /// The TXT records of a domain among which there is a proof record.
    pub(crate) async fn records(&self, domain: &Domain) -> Result<Vec<String>, Refusal> {
        let records = self.proof_records(domain.as_str()).await?;
        if !records.is_empty() {
            return Ok(records);
        }
        let [auth, registry] = MISPLACED.map(|label| format!("{label}.{domain}"));
        let (at_auth, at_registry) = tokio::join!(self.proof_records(&auth), self.proof_records(&registry));
        let holds = |records: Result<Vec<String>, LookupError>| records.is_ok_and(|records| !records.is_empty());
        Err(match (holds(at_auth), holds(at_registry)) {
            (true, _) => Refusal::Misplaced(domain.clone(), auth),
            (_, true) => Refusal::Misplaced(domain.clone(), registry),
            _ => Refusal::NoRecord(domain.clone()),
        })
    }

    async fn proof_records(&self, name: &str) -> Result<Vec<String>, LookupError> {
        let mut records = self.0.txt(name).await?;
        records.retain(|text| ProofRecord::find(text).is_some());
        Ok(records)
    }
}
