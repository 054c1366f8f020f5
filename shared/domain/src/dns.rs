//! What name servers say of a name.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError as Answer, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use registry::limits;

/// Longest wait for one packet: two fit the time of a question.
const ATTEMPT: Duration = Duration::from_secs(2);
/// Port of name servers.
pub(crate) const PORT: u16 = 53;

/// Asks name servers. Nothing is kept: whoever has just added a record tries again at once.
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

/// Why nothing is known of a name's records.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// Nobody answered in time.
    #[error("no answer within {} s", .0.as_secs_f32())]
    Timeout(Duration),
    /// Something other than records, or that there are none.
    #[error("the name servers of {0} answered {1}")]
    Code(String, ResponseCode),
    /// Nobody can be asked.
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
        Self::of(servers, NameServerConfig::udp_and_tcp)
    }

    /// Asks `servers` alone, over TCP: nobody can answer in their place without standing in between.
    pub(crate) fn over_tcp(servers: &[SocketAddr]) -> Result<Self, DnsError> {
        Self::of(servers, NameServerConfig::tcp)
    }

    fn of(servers: &[SocketAddr], protocols: fn(IpAddr) -> NameServerConfig) -> Result<Self, DnsError> {
        let server = |address: &SocketAddr| {
            let mut server = protocols(address.ip());
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
        Self::servers(&addresses(text)?)
    }

    /// The same name servers with another limit of time.
    #[must_use]
    pub fn within(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The TXT records of a name, each with its strings joined; none if the name does not exist.
    ///
    /// # Errors
    /// When nobody says whether there are any.
    pub async fn txt(&self, name: &str) -> Result<Vec<String>, LookupError> {
        let text = |record: &Record| match &record.data {
            RData::TXT(txt) => Some(String::from_utf8_lossy(&txt.txt_data.concat()).into_owned()),
            _ => None,
        };
        Ok(self.lookup(name, RecordType::TXT).await?.iter().filter_map(text).collect())
    }

    /// The name servers of the zone that begins at a name, in lower case and without a dot at the end; none if no zone does.
    pub(crate) async fn name_servers(&self, name: &str) -> Result<Vec<String>, LookupError> {
        let server = |record: &Record| match &record.data {
            // Behind an alias the answer is another zone's.
            RData::NS(server) if host(&record.name) == name => Some(host(&server.0)),
            _ => None,
        };
        Ok(self.lookup(name, RecordType::NS).await?.iter().filter_map(server).collect())
    }

    /// The IPv4 addresses of a host, or its IPv6 addresses if it has no others: functions have IPv4 alone, mostly.
    pub(crate) async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, LookupError> {
        let address = |record: &Record| match &record.data {
            RData::A(address) => Some(IpAddr::V4(address.0)),
            RData::AAAA(address) => Some(IpAddr::V6(address.0)),
            _ => None,
        };
        let found: Vec<IpAddr> = self.lookup(name, RecordType::A).await?.iter().filter_map(address).collect();
        if !found.is_empty() {
            return Ok(found);
        }
        Ok(self.lookup(name, RecordType::AAAA).await?.iter().filter_map(address).collect())
    }

    async fn lookup(&self, name: &str, kind: RecordType) -> Result<Vec<Record>, LookupError> {
        // With a dot at its end a name is never looked for below another one.
        let Ok(fqdn) = Name::from_ascii(format!("{name}.")) else { return Ok(Vec::new()) };
        let asked = tokio::time::timeout(self.timeout, self.resolver.lookup(fqdn, kind)).await;
        match asked.map_err(|_| LookupError::Timeout(self.timeout))? {
            Ok(lookup) => Ok(lookup.answers().to_vec()),
            Err(NetError::Dns(Answer::NoRecordsFound(none))) if is_answer(none.response_code) => Ok(Vec::new()),
            Err(NetError::Dns(Answer::NoRecordsFound(none))) => {
                Err(LookupError::Code(name.to_owned(), none.response_code))
            }
            Err(NetError::Dns(Answer::ResponseCode(code))) => Err(LookupError::Code(name.to_owned(), code)),
            Err(NetError::Timeout) => Err(LookupError::Timeout(self.timeout)),
            Err(error) => {
                tracing::warn!(name, error = registry::error_chain(&error), "dns lookup failed");
                Err(LookupError::Unreachable)
            }
        }
    }
}

/// Addresses of name servers, with or without a port, separated by white space or commas.
pub(crate) fn addresses(text: &str) -> Result<Vec<SocketAddr>, DnsError> {
    let address = |word: &str| {
        let address = word.parse().or_else(|_| word.parse().map(|ip: IpAddr| SocketAddr::new(ip, PORT)));
        address.map_err(|_| DnsError::Address(word.to_owned()))
    };
    text.split([',', ' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).map(address).collect()
}

fn host(name: &Name) -> String {
    name.to_ascii().trim_end_matches('.').to_ascii_lowercase()
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
