//! Proof records in DNS: TXT records of the domain itself.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError as Answer, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use registry::limits;

use super::{ProofRecord, Refusal};
use crate::domain::Domain;

/// Where records are put by mistake.
const MISPLACED: [&str; 2] = ["_mcp-auth", "_mcp-registry"];
/// Longest time for one question to one name server, so that a lost packet is sent again in time.
const ATTEMPT: Duration = Duration::from_millis(1500);

/// Asks for TXT records.
#[derive(Clone)]
pub struct Dns {
    resolver: TokioResolver,
    timeout: Duration,
}

/// No name server can be asked.
#[derive(Debug, thiserror::Error)]
pub enum DnsError {
    /// The system's configuration, or the sockets.
    #[error("cannot set up DNS: {0}; name servers can be given with BERTH_DNS_RESOLVERS")]
    Setup(#[from] NetError),
    /// A name server is no address.
    #[error("{0:?} is no name server: give an IP address, or one with a port")]
    Address(String),
}

/// Why nothing is known of a name's TXT records.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LookupError {
    #[error("no answer within {} s", .0.as_secs_f32())]
    Timeout(Duration),
    #[error("the name servers of {0} answered {1}")]
    Code(String, ResponseCode),
    #[error("the name servers cannot be reached")]
    Unreachable,
}

impl Dns {
    /// Asks the name servers of the system.
    ///
    /// # Errors
    /// When the system's configuration cannot be read.
    pub fn system() -> Result<Self, DnsError> {
        let builder = TokioResolver::builder_tokio()?;
        // The system's options are for other names: no search domain, no hosts file, no `ndots` counts here.
        Ok(Self { resolver: builder.with_options(options()).build()?, timeout: timeout() })
    }

    /// Asks `servers` alone.
    ///
    /// # Errors
    /// When no socket can be had.
    pub fn servers(servers: &[SocketAddr]) -> Result<Self, DnsError> {
        let server = |address: &SocketAddr| {
            let mut server = NameServerConfig::udp_and_tcp(address.ip());
            server.connections.iter_mut().for_each(|connection| connection.port = address.port());
            server
        };
        let config = ResolverConfig::from_parts(None, Vec::new(), servers.iter().map(server).collect());
        let builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        Ok(Self { resolver: builder.with_options(options()).build()?, timeout: timeout() })
    }

    /// Asks the name servers of a configuration: addresses, with or without a port, separated by white space or commas.
    ///
    /// # Errors
    /// When one is no address, or no socket can be had.
    pub fn configured(text: &str) -> Result<Self, DnsError> {
        let address = |word: &str| {
            let address = word.parse().or_else(|_| word.parse().map(|ip: IpAddr| SocketAddr::new(ip, 53)));
            address.map_err(|_| DnsError::Address(word.to_owned()))
        };
        let words = text.split([',', ' ', '\t', '\r', '\n']).filter(|word| !word.is_empty());
        Self::servers(&words.map(address).collect::<Result<Vec<_>, _>>()?)
    }

    /// The same name servers with another limit of time.
    #[must_use]
    pub fn within(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
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
        let mut records = self.txt(name).await?;
        records.retain(|text| ProofRecord::find(text).is_some());
        Ok(records)
    }

    /// The TXT records of a name, each with its strings joined; none if the name does not exist.
    async fn txt(&self, name: &str) -> Result<Vec<String>, LookupError> {
        // With a dot at its end a name is never looked for below another one.
        let Ok(fqdn) = Name::from_ascii(format!("{name}.")) else { return Ok(Vec::new()) };
        let asked = tokio::time::timeout(self.timeout, self.resolver.lookup(fqdn, RecordType::TXT)).await;
        let lookup = match asked.map_err(|_| LookupError::Timeout(self.timeout))? {
            Ok(lookup) => lookup,
            Err(NetError::Dns(Answer::NoRecordsFound(none))) if is_answer(none.response_code) => return Ok(Vec::new()),
            Err(NetError::Dns(Answer::NoRecordsFound(none))) => {
                return Err(LookupError::Code(name.to_owned(), none.response_code));
            }
            Err(NetError::Dns(Answer::ResponseCode(code))) => return Err(LookupError::Code(name.to_owned(), code)),
            Err(NetError::Timeout) => return Err(LookupError::Timeout(self.timeout)),
            Err(error) => {
                tracing::warn!(name, error = registry::error_chain(&error), "dns lookup failed");
                return Err(LookupError::Unreachable);
            }
        };
        let text = |data: &RData| match data {
            RData::TXT(txt) => Some(String::from_utf8_lossy(&txt.txt_data.concat()).into_owned()),
            _ => None,
        };
        Ok(lookup.answers().iter().filter_map(|record| text(&record.data)).collect())
    }
}

fn is_answer(code: ResponseCode) -> bool {
    matches!(code, ResponseCode::NoError | ResponseCode::NXDomain)
}

fn timeout() -> Duration {
    Duration::from_secs(limits::DNS_SECONDS)
}

fn options() -> ResolverOpts {
    let mut options = ResolverOpts::default();
    options.timeout = ATTEMPT;
    options.attempts = 2;
    options.use_hosts_file = ResolveHosts::Never;
    options.try_tcp_on_error = true;
    // Whoever has just added a record tries again at once.
    options.cache_size = 0;
    options.positive_max_ttl = Some(Duration::ZERO);
    options.negative_max_ttl = Some(Duration::ZERO);
    options
}

impl fmt::Debug for Dns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dns").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn name_servers_are_addresses() {
        for text in ["192.0.2.1", "192.0.2.1:5353, 192.0.2.2", "2001:db8::1 [2001:db8::1]:53"] {
            assert!(Dns::configured(text).is_ok(), "{text}");
        }
        let error = Dns::configured("192.0.2.1 dns.example").unwrap_err().to_string();
        assert_eq!(error, "\"dns.example\" is no name server: give an IP address, or one with a port");
    }
}
