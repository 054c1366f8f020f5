//! Version strings: free text, but not `latest` and not a range.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::LATEST_ALIAS;
use super::range::is_range;
use crate::limits;

/// A version that may be published. Ordered by bytes, as lists are; what is newer decides [`super::is_higher`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerVersion(Arc<str>);

/// Why a text is no version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidServerVersion {
    /// Empty, or longer than 255 characters.
    #[error("version must have 1 to {max} characters, got {0}", max = limits::VERSION_CHARS)]
    Length(usize),
    /// `latest` is an alias that the registry itself answers to.
    #[error("version string 'latest' is reserved and cannot be used")]
    Reserved,
    /// The text selects versions instead of naming one.
    #[error("version must be a specific version, not a range: {0:?}")]
    Range(String),
}

impl ServerVersion {
    /// The version as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ServerVersion {
    type Err = InvalidServerVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let chars = text.chars().count();
        if !(1..=limits::VERSION_CHARS).contains(&chars) {
            return Err(InvalidServerVersion::Length(chars));
        }
        if text == LATEST_ALIAS {
            return Err(InvalidServerVersion::Reserved);
        }
        if is_range(text.trim()) {
            return Err(InvalidServerVersion::Range(text.to_owned()));
        }
        Ok(Self(text.into()))
    }
}

impl Borrow<str> for ServerVersion {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ServerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ServerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Both lists were observed on the official registry v1.8.0.
    #[test]
    fn refuses_ranges_and_latest() {
        for text in [
            "^1.2.3",
            "~1.2.3",
            ">=1.2.3",
            "=1.0.0",
            "1.x",
            "1.2.*",
            "x.1",
            "1.2.x-beta",
            "1 - 2",
            "1.2.3 - 2.0.0",
            "1.2 || 1.3",
            "1.2.3-fix",
            "1.0.0-linux",
            "v1.0.0-x",
            "latest",
            "",
        ] {
            assert!(text.parse::<ServerVersion>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn accepts_specific_versions() {
        for text in [
            "*",
            "x",
            "v1.0",
            " 1.0.0 ",
            "1.2.3.4",
            "2025.06.18",
            "2026-01-01",
            "snapshot",
            "1.0",
            "01.2.3",
            "1.0.0+x",
            "1.2.3.4-x",
            "{{VERSION}}",
            "1.0.1º",
            "auto",
            "mcp",
        ] {
            assert!(text.parse::<ServerVersion>().is_ok(), "{text:?}");
        }
        assert!("1".repeat(256).parse::<ServerVersion>().is_err());
    }
}
