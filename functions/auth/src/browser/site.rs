//! The registry as browsers see it.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// Origin of the registry, such as `https://registry.example.com`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    url: Url,
    origin: String,
}

/// The text is no origin that a browser may log in at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no origin such as https://registry.example.com: https (http only on loopback), a host, no path")]
pub struct InvalidSite(String);

impl Site {
    /// The origin as browsers send it.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether browsers reach it over TLS.
    pub(super) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The address of a path, which begins with a slash.
    pub(super) fn address(&self, path: impl fmt::Display) -> String {
        format!("{}{path}", self.origin)
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }
}

impl FromStr for Site {
    type Err = InvalidSite;

    fn from_str(text: &str) -> Result<Self, InvalidSite> {
        let url = origin(text).ok_or_else(|| InvalidSite(text.to_owned()))?;
        Ok(Self { origin: url.origin().ascii_serialization(), url })
    }
}

/// A URL with nothing but an origin, over https, or over http where nobody listens in.
fn origin(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_loopback = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback);
    let is_bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    (is_safe && is_bare).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_read_in_one_form() {
        for (text, expected) in [
            ("https://registry.example.com", "https://registry.example.com"),
            ("https://Registry.Example.com:443/", "https://registry.example.com"),
            ("https://registry.example.com:8443", "https://registry.example.com:8443"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://localhost:8080/", "http://localhost:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(text.parse::<Site>().unwrap().origin(), expected);
        }
        for text in [
            "",
            "registry.example.com",
            "http://registry.example.com",
            "ftp://registry.example.com",
            "https://registry.example.com/path",
            "https://registry.example.com?query",
            "https://registry.example.com#fragment",
            "https://user@registry.example.com",
            "https://",
            "data:text/html,x",
        ] {
            assert!(text.parse::<Site>().is_err(), "{text:?}");
        }
    }
}
