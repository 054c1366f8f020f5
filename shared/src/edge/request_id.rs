//! What a request is called in logs.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};

/// The header that names a request, in requests to `berth serve` and in answers that nobody keeps.
pub(super) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Longer ones are not taken over.
const MAX_CHARS: usize = 64;

/// The name of a request: that of the gateway, or the client's, or one of our own. Letters, digits and `-_.:=+/`, so that it
/// breaks no line and no header. An extension of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId {
    text: String,
    invocation: Option<String>,
}

impl RequestId {
    /// A name that somebody else gave, if it is short and well-formed.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:=+/".contains(&byte);
        let is_valid = !text.is_empty() && text.len() <= MAX_CHARS && text.bytes().all(is_known);
        is_valid.then(|| Self { text: text.to_owned(), invocation: None })
    }

    /// A name of our own: it tells requests apart, and is no secret.
    #[must_use]
    pub fn random() -> Self {
        Self { text: format!("{:016x}", fastrand::u64(..)), invocation: None }
    }

    /// The same with the name that Lambda gave to the invocation.
    #[must_use]
    pub fn of_invocation(self, invocation: String) -> Self {
        Self { invocation: Some(invocation), ..self }
    }

    /// The client's, else one of our own.
    pub(super) fn from_headers(headers: &HeaderMap) -> Self {
        let given = headers.get(HEADER).and_then(|value| Self::parse(value.to_str().ok()?));
        given.unwrap_or_else(Self::random)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Lambda's name of the invocation.
    #[must_use]
    pub fn invocation(&self) -> Option<&str> {
        self.invocation.as_deref()
    }

    pub(super) fn header_value(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.text).ok()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_long_or_odd_is_not_taken_over() {
        for good in ["JKJaXmPLvHcESHA=", "4bf92f3577b34da6a3ce929d0e0e4736", "a", &"x".repeat(64)] {
            assert_eq!(RequestId::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", " ", "a b", "a\"b", "a\nb", "{}", "ü", "Bearer x", &"x".repeat(65)] {
            assert_eq!(RequestId::parse(bad), None, "{bad:?}");
        }
        assert_ne!(RequestId::random(), RequestId::random());
    }
}
