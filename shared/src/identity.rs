//! Who somebody is, and the namespaces that they may have.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Longest identity, in bytes: two of them and a prefix fit a sort key of DynamoDB.
const IDENTITY_BYTES: usize = 400;
/// Longest namespace, in characters: a server's name has no more.
const NAMESPACE_CHARS: usize = crate::limits::NAME_CHARS;

/// Stable name of somebody, which is never given to another: `github:583231` (an account's number, as its name can change
/// hands), `oidc:<issuer>:<subject>`, `domain:example.com`, `anonymous`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Identity(String);

/// What stands before the slash of a server's name, such as `io.github.acme`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Namespace(String);

/// The text is no identity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no identity: expected anonymous, or github:, oidc: or domain: and a name without white space, of at most \
     {IDENTITY_BYTES} bytes"
)]
pub struct InvalidIdentity(String);

/// The text is no namespace.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no namespace: expected labels such as com.example, with at least two characters of letters, digits, `.` and \
     `-`, a letter or digit at both ends"
)]
pub struct InvalidNamespace(String);

impl Identity {
    /// An account of GitHub.
    #[must_use]
    pub fn github(id: u64) -> Self {
        Self(format!("github:{id}"))
    }

    /// Whoever holds the key of a domain, which is in its canonical form.
    #[must_use]
    pub fn domain(domain: &str) -> Self {
        Self(format!("domain:{domain}"))
    }

    /// Everybody who did not say who they are.
    #[must_use]
    pub fn anonymous() -> Self {
        Self("anonymous".to_owned())
    }

    /// The identity as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number of the GitHub account, if it is one.
    #[must_use]
    pub fn github_id(&self) -> Option<u64> {
        self.0.strip_prefix("github:")?.parse().ok()
    }
}

impl FromStr for Identity {
    type Err = InvalidIdentity;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_known = text == "anonymous"
            || text.split_once(':').is_some_and(|(kind, name)| match kind {
                "github" => name.parse::<u64>().is_ok_and(|id| id.to_string() == name),
                "oidc" | "domain" => !name.is_empty(),
                _ => false,
            });
        let is_plain = text.len() <= IDENTITY_BYTES && text.chars().all(|c| c.is_ascii_graphic());
        if is_known && is_plain { Ok(Self(text.to_owned())) } else { Err(InvalidIdentity(shortened(text))) }
    }
}

impl Namespace {
    /// The namespace as text, in the case in which it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The namespace of a server's name. Case counts in names; it does not count in who owns a namespace.
    #[must_use]
    pub fn of(name: &crate::model::ServerName) -> Self {
        Self(name.as_str().split('/').next().unwrap_or_default().to_owned())
    }

    /// The namespace of a GitHub account.
    ///
    /// # Errors
    /// When the account's name has other characters than letters, digits and hyphens.
    pub fn github(login: &str) -> Result<Self, InvalidNamespace> {
        if !login.is_empty() && login.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Ok(Self(format!("io.github.{login}")));
        }
        Err(InvalidNamespace(shortened(login)))
    }

    /// The namespace as it is compared: neither DNS nor GitHub tells case apart.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// Whether it is the namespace of a GitHub account.
    #[must_use]
    pub fn is_github(&self) -> bool {
        self.key().starts_with("io.github.")
    }
}

impl FromStr for Namespace {
    type Err = InvalidNamespace;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || b".-".contains(byte);
        match text.as_bytes() {
            [first, middle @ .., last]
                if text.len() <= NAMESPACE_CHARS
                    && first.is_ascii_alphanumeric()
                    && last.is_ascii_alphanumeric()
                    && middle.iter().all(is_inner) =>
            {
                Ok(Self(text.to_owned()))
            }
            _ => Err(InvalidNamespace(shortened(text))),
        }
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(100).collect()
}

macro_rules! text {
    ($($kind:ident $error:ident),*) => {$(
        impl TryFrom<String> for $kind {
            type Error = $error;

            fn try_from(text: String) -> Result<Self, $error> {
                text.parse()
            }
        }

        impl From<$kind> for String {
            fn from(value: $kind) -> Self {
                value.0
            }
        }

        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
    )*};
}

text!(Identity InvalidIdentity, Namespace InvalidNamespace);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_have_one_form() {
        for text in ["anonymous", "github:583231", "oidc:corp:alice@example.com", "domain:example.com"] {
            assert_eq!(text.parse::<Identity>().unwrap().as_str(), text);
        }
        assert_eq!("github:7".parse(), Ok(Identity::github(7)));
        let long = format!("oidc:{}", "a".repeat(400));
        for text in
            ["", "github:", "github:07", "github:octocat", "github:-1", "oidc:", "x:y", "domain:a b", "oidc:a\n", &long]
        {
            assert!(text.parse::<Identity>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn namespaces_are_those_that_names_can_have() {
        for text in ["com.example", "io.github.Octo-Cat", "ab", "1a"] {
            assert!(text.parse::<Namespace>().is_ok(), "{text:?}");
            assert!(format!("{text}/xx").parse::<crate::model::ServerName>().is_ok(), "{text:?}");
        }
        for text in ["", "a", ".a", "a.", "a/b", "a b", "a#b", "a_b", "ä.b"] {
            assert!(text.parse::<Namespace>().is_err(), "{text:?}");
        }
        assert_eq!(Namespace::github("Octo-Cat").unwrap().key(), "io.github.octo-cat");
        for login in ["", "a/b", "a.b", "a_b", "ü", "a\n"] {
            assert!(Namespace::github(login).is_err(), "{login:?}");
        }
    }
}
