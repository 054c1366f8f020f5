//! Server names: `namespace/name`.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::limits;

/// A valid server name, such as `io.github.acme/widget`. Case counts. Ordered by bytes, as lists are.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerName(Arc<str>);

/// Why a text is no server name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidServerName {
    /// Shorter than 3 or longer than 200 characters.
    #[error("server name must have 3 to {max} characters, got {0}", max = limits::NAME_CHARS)]
    Length(usize),
    /// No slash, or more than one.
    #[error("server name must be namespace/name with exactly one slash, got {0:?}")]
    Slash(String),
    /// A part is too short, or has a character that is not allowed where it stands.
    #[error(
        "{part} of server name {name:?} must have at least two characters, begin and end with a letter or digit, and \
         otherwise hold only letters, digits, {allowed}"
    )]
    Part {
        /// `namespace` or `name part`.
        part: &'static str,
        /// The whole name.
        name: String,
        /// The punctuation that the part may hold.
        allowed: &'static str,
    },
}

impl ServerName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ServerName {
    type Err = InvalidServerName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let chars = text.chars().count();
        if !(3..=limits::NAME_CHARS).contains(&chars) {
            return Err(InvalidServerName::Length(chars));
        }
        let Some((namespace, name)) = text.split_once('/').filter(|(_, name)| !name.contains('/')) else {
            return Err(InvalidServerName::Slash(text.to_owned()));
        };
        let invalid = |part, allowed| InvalidServerName::Part { part, name: text.to_owned(), allowed };
        if !is_part(namespace, b".-") {
            return Err(invalid("namespace", "`.` and `-`"));
        }
        if !is_part(name, b"._-") {
            return Err(invalid("name part", "`.`, `_` and `-`"));
        }
        Ok(Self(text.into()))
    }
}

fn is_part(part: &str, punctuation: &[u8]) -> bool {
    let [first, middle @ .., last] = part.as_bytes() else { return false };
    first.is_ascii_alphanumeric()
        && last.is_ascii_alphanumeric()
        && middle.iter().all(|byte| byte.is_ascii_alphanumeric() || punctuation.contains(byte))
}

impl Borrow<str> for ServerName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ServerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ServerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_official_names() {
        for name in ["io.github.acme/widget", "A1/b2", "com.pulsemcp.servers/pulse-fetch", "a.b/c_d.e-f"] {
            assert_eq!(name.parse::<ServerName>().unwrap().as_str(), name);
        }
    }

    #[test]
    fn refuses_what_the_official_registry_refuses() {
        for name in [
            "", "ab", "nope", "a/b", "aa/b-", "-aa/bb", "aa/bb/cc", "a a/bb", "a_a/bb", "aa/b b", "ää/bb", "aa/bb\0",
            "/aa", "aa/",
        ] {
            assert!(name.parse::<ServerName>().is_err(), "{name:?}");
        }
        let long = format!("aa/{}", "b".repeat(198));
        assert_eq!(long.parse::<ServerName>(), Err(InvalidServerName::Length(201)));
    }
}
