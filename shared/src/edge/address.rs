//! Where a request comes from.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use http::{HeaderMap, HeaderName};

/// Address of the client: what connected, or what a proxy of the operator's says. An extension of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// The address that the operator's own proxy wrote into `header`. Where a header has several, the last is the proxy's:
    /// those before it came from outside.
    #[must_use]
    pub fn from_header(headers: &HeaderMap, header: &HeaderName) -> Option<Self> {
        let last = headers.get_all(header).iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim();
        let address = last.parse().ok();
        let address = address.or_else(|| last.parse::<SocketAddr>().ok().map(|address| address.ip()));
        // CloudFront writes IPv6 addresses with a port behind a colon and without brackets.
        address.or_else(|| last.rsplit_once(':')?.0.parse().ok()).map(Self)
    }

    /// What limits count: an IPv6 network of 64 bits is one place, as whoever has one address of it has all.
    #[must_use]
    pub fn place(self) -> String {
        match self.0.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let network = u128::from(address) >> 64 << 64;
                format!("{}/64", Ipv6Addr::from(network))
            }
        }
    }
}

impl fmt::Display for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.to_canonical().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn of(values: &[&'static str]) -> Option<String> {
        let header = HeaderName::from_static("x-viewer");
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(&header, HeaderValue::from_static(value));
        }
        ClientAddress::from_header(&headers, &header).map(|address| address.to_string())
    }

    #[test]
    fn the_last_address_is_the_proxys() {
        assert_eq!(of(&["198.51.100.10:46532"]).as_deref(), Some("198.51.100.10"));
        assert_eq!(of(&["10.0.0.1, 198.51.100.10"]).as_deref(), Some("198.51.100.10"));
        assert_eq!(of(&["10.0.0.1", "198.51.100.10"]).as_deref(), Some("198.51.100.10"));
        assert_eq!(of(&["[2001:db8::1]:443"]).as_deref(), Some("2001:db8::1"));
        assert_eq!(of(&["2001:db8:0:0:0:0:0:1:443"]).as_deref(), Some("2001:db8::1"));
        assert_eq!(of(&["unknown"]), None);
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn a_network_of_64_bits_is_one_place() {
        let place = |text: &str| ClientAddress(text.parse().unwrap()).place();
        assert_eq!(place("2001:db8:1:2:3::4"), "2001:db8:1:2::/64");
        assert_eq!(place("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
