//! Which addresses are public.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// A host in a private network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPublic {
    /// A name that leads to it.
    #[error("{host} at {address}")]
    Name {
        /// The name.
        host: String,
        /// Where it leads.
        address: IpAddr,
    },
    /// Its address.
    #[error("{0}")]
    Address(IpAddr),
}

impl NotPublic {
    /// The host as it was named. Where a name leads to is not for whoever named it.
    #[must_use]
    pub fn host(&self) -> String {
        match self {
            Self::Name { host, .. } => host.clone(),
            Self::Address(address) => address.to_string(),
        }
    }
}

/// The addresses of a name.
pub trait Lookup: Send + Sync {
    /// All of them. The port is of no account.
    fn lookup<'a>(&'a self, host: &'a str) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'a>>;
}

/// The system's resolver.
#[derive(Clone, Copy, Debug)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup<'a>(&'a self, host: &'a str) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'a>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.collect()) })
    }
}

/// Resolves names to public addresses. The addresses that it returns are those that are dialled, so that a name cannot
/// change its meaning between check and use.
pub(super) struct PublicOnly {
    pub(super) lookup: Arc<dyn Lookup>,
    pub(super) allow_private: bool,
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let (lookup, allow_private) = (Arc::clone(&self.lookup), self.allow_private);
        Box::pin(async move {
            let addresses = lookup.lookup(name.as_str()).await?;
            if let Some(private) = addresses.iter().find(|address| !allow_private && !is_public(address.ip())) {
                return Err(NotPublic::Name { host: name.as_str().to_owned(), address: private.ip() }.into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// Refuses a URL whose host is an address that is not public: such a host never meets the resolver.
///
/// # Errors
/// [`NotPublic`] with the address.
pub fn check_literal(url: &Url) -> Result<(), NotPublic> {
    let address: IpAddr = match url.host() {
        Some(Host::Ipv4(address)) => address.into(),
        Some(Host::Ipv6(address)) => address.into(),
        _ => return Ok(()),
    };
    if is_public(address) { Ok(()) } else { Err(NotPublic::Address(address)) }
}

/// Whether an address belongs to the public internet.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127, _, _)
            | (100, 64..=127, _) // carrier-grade NAT
            | (169, 254, _) // link-local, and the metadata services of clouds
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99) // 6to4 relays
            | (192, 168, _)
            | (198, 18..=19, _) // benchmarks
            | (198, 51, 100)
            | (203, 0, 113)
            | (224..=255, _, _) // multicast, reserved, broadcast
    )
}

/// Only `2000::/3` is assigned; of the forms that carry an IPv4 address, that address counts.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [s0, s1, s2, s3, s4, s5, s6, s7] = address.segments();
    let v4 = |high: u16, low: u16| is_public_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match (s0, s1, s2, s3, s4, s5) {
        (0, 0, 0, 0, 0, 0xffff) | (0x64, 0xff9b, 0, 0, 0, 0) => v4(s6, s7), // mapped, NAT64
        (0x2002, ..) => v4(s1, s2),                                         // 6to4
        (0x2001, 0..=0x01ff, ..) => false,                                  // Teredo, ORCHID and other special uses
        (0x2001, 0xdb8, ..) | (0x3fff, 0..=0x0fff, ..) => false,            // documentation
        _ => (0x2000..=0x3fff).contains(&s0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_in_every_disguise() {
        for text in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.0.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.9.9",
            "192.168.1.1",
            "192.0.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::10.0.0.1",
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::808:808",
            "::127.0.0.1",
            "2002:7f00:1::",
            "2001:0:808:808::1",
            "2001:db8::1",
            "fec0::1",
            "100::1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn public_addresses() {
        for text in [
            "1.1.1.1",
            "8.8.8.8",
            "172.32.0.1",
            "100.128.0.1",
            "192.1.0.1",
            "2606:4700::1111",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
        ] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[tokio::test]
    async fn names_of_private_hosts_do_not_resolve() {
        let resolver = PublicOnly { lookup: Arc::new(SystemLookup), allow_private: false };
        let Err(error) = resolver.resolve("localhost".parse().unwrap()).await else { panic!("resolved") };
        let refused = error.downcast::<NotPublic>().unwrap();
        assert!(matches!(*refused, NotPublic::Name { host, address } if host == "localhost" && address.is_loopback()));
    }

    #[test]
    fn private_literals() {
        let check = |text: &str| check_literal(&Url::parse(text).unwrap());
        for text in [
            "http://169.254.169.254/latest/meta-data/",
            "http://127.1/",
            "http://0x7f000001/",
            "http://[::1]/",
            "http://[::ffff:10.0.0.1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://2130706433/",
        ] {
            assert!(check(text).is_err(), "{text}");
        }
        assert_eq!(check("http://1.1.1.1/"), Ok(()));
        assert_eq!(check("http://a.example/"), Ok(()));
    }
}
