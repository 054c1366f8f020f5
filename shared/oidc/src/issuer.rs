//! The address of an issuer.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::limits;

/// The address of an issuer: `https`, or `http` on the machine itself. Compared character by character, as OIDC
/// demands: `https://a.example` and `https://a.example/` are two issuers.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IssuerUrl {
    text: String,
    url: Url,
}

/// The text is no address of an issuer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIssuer {
    /// It is no URL.
    #[error(
        "an issuer is a URL such as https://token.actions.githubusercontent.com, of at most {max} characters, got \
         {0:?}",
        max = limits::ISSUER_BYTES
    )]
    Format(String),
    /// Anybody on the way could change what it says.
    #[error("issuer {0} must begin with https:// (http:// is for this machine alone: localhost, 127.0.0.1, [::1])")]
    Scheme(String),
    /// It has what an issuer may not have.
    #[error("issuer {0} must have no user, no ?query and no #fragment: leave them out")]
    Parts(String),
}

impl IssuerUrl {
    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where the issuer says what it is.
    pub(crate) fn configuration(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.text.strip_suffix('/').unwrap_or(&self.text))
    }

    /// Whether a document of this issuer may lie there. An issuer on the internet does not lead to this machine.
    pub(crate) fn may_name(&self, url: &Url) -> bool {
        url.username().is_empty()
            && url.password().is_none()
            && (is_https(url) || (!is_https(&self.url) && is_loopback_http(url)))
    }
}

fn is_https(url: &Url) -> bool {
    url.scheme() == "https" && url.has_host()
}

fn is_loopback_http(url: &Url) -> bool {
    url.scheme() == "http"
        && match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
}

impl FromStr for IssuerUrl {
    type Err = InvalidIssuer;

    fn from_str(text: &str) -> Result<Self, InvalidIssuer> {
        let format = || InvalidIssuer::Format(text.chars().take(limits::ECHO_CHARS).collect());
        // The parser would mend what else there may be, and then the text is not what it reads.
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"' | b'<' | b'>');
        if text.len() > limits::ISSUER_BYTES || !text.bytes().all(is_plain) {
            return Err(format());
        }
        let url = Url::parse(text).map_err(|_| format())?;
        if !url.has_host() {
            return Err(format());
        }
        let (_, rest) = text.split_once("://").ok_or_else(format)?;
        let authority = rest.split('/').next().unwrap_or_default();
        if text.contains(['?', '#']) || authority.contains('@') {
            return Err(InvalidIssuer::Parts(text.to_owned()));
        }
        if !is_https(&url) && !is_loopback_http(&url) {
            return Err(InvalidIssuer::Scheme(text.to_owned()));
        }
        Ok(Self { text: text.to_owned(), url })
    }
}

impl TryFrom<String> for IssuerUrl {
    type Error = InvalidIssuer;

    fn try_from(text: String) -> Result<Self, InvalidIssuer> {
        text.parse()
    }
}

impl From<IssuerUrl> for String {
    fn from(issuer: IssuerUrl) -> Self {
        issuer.text
    }
}

impl fmt::Display for IssuerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<IssuerUrl, InvalidIssuer> {
        text.parse()
    }

    #[test]
    fn an_issuer_is_https_or_on_this_machine() {
        for text in [
            "https://token.actions.githubusercontent.com",
            "https://login.example.com/tenant/v2.0",
            "https://login.example.com/@tenant/",
            "http://127.0.0.1:8080",
            "http://[::1]:8080/realm",
            "http://localhost",
        ] {
            assert_eq!(of(text).unwrap().as_str(), text);
        }
        for text in ["http://example.com", "http://127.0.0.1.example.com", "http://10.0.0.1", "ftp://example.com"] {
            assert_eq!(of(text), Err(InvalidIssuer::Scheme(text.to_owned())));
        }
        for text in [
            "https://a.example?x",
            "https://a.example/#",
            "https://me@a.example",
            "https://@a.example",
            "https://me:pw@a.example",
        ] {
            assert_eq!(of(text), Err(InvalidIssuer::Parts(text.to_owned())));
        }
        for text in [
            "",
            "a.example",
            "https:a.example",
            "https://",
            " https://a.example",
            "https:\\\\a.example",
            "https://é.example",
        ] {
            assert!(matches!(of(text), Err(InvalidIssuer::Format(_))), "{text}");
        }
    }

    #[test]
    fn the_configuration_lies_below_the_whole_address() {
        for text in ["https://a.example/realm", "https://a.example/realm/"] {
            let configuration = of(text).unwrap().configuration();
            assert_eq!(configuration, "https://a.example/realm/.well-known/openid-configuration");
        }
        assert_ne!(of("https://a.example").unwrap(), of("https://a.example/").unwrap());
    }

    #[test]
    fn only_an_issuer_on_this_machine_leads_to_this_machine() {
        let may = |issuer: &str, url: &str| of(issuer).unwrap().may_name(&Url::parse(url).unwrap());
        assert!(may("https://a.example", "https://keys.example/set"));
        assert!(may("http://localhost:1", "http://127.0.0.1:2/set"));
        assert!(may("http://localhost:1", "https://keys.example/set"));
        assert!(!may("https://a.example", "http://127.0.0.1:2/set"));
        assert!(!may("https://a.example", "http://a.example/set"));
        assert!(!may("http://localhost:1", "http://a.example/set"));
        assert!(!may("https://a.example", "https://me@a.example/set"));
        assert!(!may("https://a.example", "file:///etc/passwd"));
    }
}
