//! How people say whom they mean.

use std::fmt;
use std::str::FromStr;

use registry::identity::Identity;
use registry_auth::{AuthMethod, Claims};
use serde::{Serialize, Serializer};

use super::limits;

/// An account of GitHub by its login name, in lower case, or an identity. What is both, as an account's number may be
/// another's login name, is the identity.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Handle(String);

/// The text is no handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected github: and a login name, such as github:octocat, or an identity, such as domain:example.com, \
     oidc:<issuer>:<subject> or github:<number of the account>"
)]
pub(crate) struct InvalidHandle;

impl Handle {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// By what the holder of a token can be meant: the identity, and the login name that GitHub told at this login.
    pub(crate) fn of(claims: &Claims) -> Vec<Self> {
        let identity = claims.identity().filter(|identity| **identity != Identity::anonymous());
        let login =
            (claims.auth_method == AuthMethod::GithubAt).then(|| Self::login(&claims.auth_method_sub)).flatten();
        identity.map(Self::from).into_iter().chain(login).collect()
    }

    fn login(name: &str) -> Option<Self> {
        let is_name = (1..=limits::LOGIN_CHARS).contains(&name.len())
            // Accounts that a company manages are called `name_company`.
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        let handle = format!("github:{}", name.to_ascii_lowercase());
        (is_name && handle.parse::<Identity>().is_err()).then_some(Self(handle))
    }
}

impl From<&Identity> for Handle {
    fn from(identity: &Identity) -> Self {
        let text = identity.as_str();
        Self(if text.starts_with("domain:") { text.to_ascii_lowercase() } else { text.to_owned() })
    }
}

impl FromStr for Handle {
    type Err = InvalidHandle;

    fn from_str(text: &str) -> Result<Self, InvalidHandle> {
        match text.parse::<Identity>() {
            Ok(identity) if identity == Identity::anonymous() => Err(InvalidHandle),
            Ok(identity) => Ok(Self::from(&identity)),
            Err(_) => text.strip_prefix("github:").and_then(Self::login).ok_or(InvalidHandle),
        }
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Serialize for Handle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_name_has_one_form() {
        let parsed = |text: &str| text.parse::<Handle>().map(|handle| handle.0);
        assert_eq!(parsed("github:Octo-Cat").as_deref(), Ok("github:octo-cat"));
        assert_eq!(parsed("github:alice_corp").as_deref(), Ok("github:alice_corp"));
        assert_eq!(parsed("domain:Example.com").as_deref(), Ok("domain:example.com"));
        assert_eq!(parsed("oidc:corp:Alice").as_deref(), Ok("oidc:corp:Alice"));
        let long = format!("github:{}", "a".repeat(40));
        for text in
            ["", "octocat", "anonymous", "github:", "github:a b", "github:a/b", "github:a\n", "github:ü", "x:y", &long]
        {
            assert_eq!(parsed(text), Err(InvalidHandle), "{text:?}");
        }
    }

    #[test]
    fn a_number_is_the_account_with_the_number_and_never_a_login_name() {
        assert_eq!("github:583231".parse(), Ok(Handle::from(&Identity::github(583_231))));
        assert_eq!(Handle::login("583231"), None);
        // No identity is written like this; it is a login name.
        assert!(Handle::login("0583231").is_some());
    }
}
