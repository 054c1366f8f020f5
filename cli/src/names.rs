//! What people name on the command line beside namespaces and identities. It becomes a part of paths, so only what can be
//! one is taken; what exists is for the registry to say.

use std::fmt;
use std::str::FromStr;

use registry::identity::Identity;
use registry::limits;

/// Somebody, as people write whom they mean.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Handle {
    /// `github:octocat`, a name that can change hands; without the prefix.
    Login(String),
    Identity(Identity),
}

/// A domain, also with letters other than ASCII.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Domain(String);

impl Domain {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Handle {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(identity) = text.parse() {
            return Ok(Self::Identity(identity));
        }
        let is_login = |login: &&str| {
            let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            (1..=limits::NAME_CHARS).contains(&login.len()) && login.bytes().all(is_letter)
        };
        text.strip_prefix("github:").filter(is_login).map(|login| Self::Login(login.to_owned())).ok_or_else(|| {
            format!(
                "{text:?} names nobody; write github:LOGIN, or an identity such as github:583231, domain:example.com or \
                 oidc:ISSUER:SUBJECT"
            )
        })
    }
}

impl FromStr for Domain {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_letter = |char: char| char.is_alphanumeric() || char == '-';
        let is_label = |label: &str| !label.is_empty() && label.chars().all(is_letter);
        if text.chars().count() <= limits::DOMAIN_CHARS && text.contains('.') && text.split('.').all(is_label) {
            return Ok(Self(text.to_owned()));
        }
        Err(format!("{text:?} is no domain; give the bare domain, such as example.com"))
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Login(login) => write!(f, "github:{login}"),
            Self::Identity(identity) => identity.fmt(f),
        }
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_leads_nowhere_else() {
        for text in ["example.com", "bücher.example", "xn--bcher-kva.example"] {
            assert_eq!(text.parse::<Domain>().unwrap().as_str(), text);
        }
        for text in [
            "",
            ".",
            "..",
            "a..b",
            ".a",
            "a.",
            "a.b/c",
            "a%2f.b",
            "a b.c",
            "a\n.b",
            "a.b?c",
            "a.b#c",
            "a\u{9b}.b",
            "localhost",
        ] {
            assert!(text.parse::<Domain>().is_err(), "{text:?}");
        }
        assert!("a.".repeat(300).parse::<Domain>().is_err());
    }

    #[test]
    fn handles_are_identities_or_login_names() {
        for text in ["github:583231", "oidc:corp:user@example.com", "domain:example.com", "anonymous"] {
            assert_eq!(text.parse(), Ok(Handle::Identity(text.parse().unwrap())));
        }
        for login in ["octocat", "4ever", "007", "Mona-Lisa", "mona_corp"] {
            let handle: Handle = format!("github:{login}").parse().unwrap();
            assert_eq!((&handle, handle.to_string()), (&Handle::Login(login.to_owned()), format!("github:{login}")));
        }
        for text in
            ["", "..", "octocat", "github:", ":x", "x:y", "github:octo cat", "github:a/b", "github:octo\u{1b}cat"]
        {
            assert!(text.parse::<Handle>().unwrap_err().contains("write github:LOGIN"), "{text}");
        }
    }
}
