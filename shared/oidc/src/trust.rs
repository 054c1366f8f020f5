//! What the operator accepts from an issuer.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::algorithm::Algorithm;
use crate::issuer::IssuerUrl;

/// For whom a token has to be made: a text that is this registry's alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Audience(String);

/// The text is no audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an audience must not be empty and has no white space at its ends: take the address of the registry")]
pub struct InvalidAudience;

/// An issuer whose tokens count, and which of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedIssuer {
    pub(crate) url: IssuerUrl,
    pub(crate) audience: Audience,
    pub(crate) algorithms: Vec<Algorithm>,
}

impl TrustedIssuer {
    /// Accepts what `url` made for `audience` and signed in any of the ways of [`Algorithm::ALL`] that its keys allow.
    #[must_use]
    pub fn new(url: IssuerUrl, audience: Audience) -> Self {
        Self { url, audience, algorithms: Algorithm::ALL.to_vec() }
    }

    /// Accepts no other ways of signing.
    #[must_use]
    pub fn with_algorithms(self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        Self { algorithms: algorithms.into_iter().collect(), ..self }
    }

    /// Who.
    #[must_use]
    pub fn url(&self) -> &IssuerUrl {
        &self.url
    }

    /// For whom.
    #[must_use]
    pub fn audience(&self) -> &Audience {
        &self.audience
    }
}

impl AsRef<TrustedIssuer> for TrustedIssuer {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl Audience {
    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Audience {
    type Err = InvalidAudience;

    fn from_str(text: &str) -> Result<Self, InvalidAudience> {
        if text.is_empty() || text.trim() != text { Err(InvalidAudience) } else { Ok(Self(text.to_owned())) }
    }
}

impl TryFrom<String> for Audience {
    type Error = InvalidAudience;

    fn try_from(text: String) -> Result<Self, InvalidAudience> {
        text.parse()
    }
}

impl From<Audience> for String {
    fn from(audience: Audience) -> Self {
        audience.0
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audience_says_something() {
        assert_eq!("https://r.example".parse::<Audience>().unwrap().as_str(), "https://r.example");
        for text in ["", " ", "a ", "\ta"] {
            assert_eq!(text.parse::<Audience>(), Err(InvalidAudience), "{text:?}");
        }
    }
}
