//! Makes tokens.

use std::str::FromStr;

use registry::identity::{Identity, Namespace};
use registry::limits;
use registry::time::Timestamp;
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::claims::{AuthMethod, Claims, ISSUER};
use crate::keys::SigningKeys;
use crate::permission::Permission;

/// A token, as a client is given it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenResponse {
    /// The token, for the header `Authorization: Bearer <token>`.
    pub registry_token: String,
    /// When it ends, in seconds since the epoch.
    pub expires_at: i64,
}

/// What a token is to say.
#[derive(Clone, Debug)]
pub struct Login {
    /// How the holder proved who they are.
    pub method: AuthMethod,
    /// Who they are, in terms of the method.
    pub subject: String,
    /// Their stable name.
    pub identity: Option<Identity>,
    /// Namespaces that the login itself proves to be theirs.
    pub owns: Vec<Namespace>,
    /// What they may do.
    pub permissions: Vec<Permission>,
}

/// A token that was made.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The token.
    pub token: TokenResponse,
    /// What it says.
    pub claims: Claims,
}

/// How long a token is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime(u32);

/// The text is no lifetime.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a token may live for 1 to {max} seconds, got {0:?}", max = limits::TOKEN_LIFETIME_MAX_SECONDS)]
pub struct InvalidLifetime(String);

/// A token could not be made.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    Random,
    /// The crypto library refused.
    #[error("cannot sign a token: {0}")]
    Sign(#[from] jsonwebtoken::errors::Error),
}

/// Whoever makes tokens.
#[derive(Clone, Debug)]
pub struct Issuer {
    keys: SigningKeys,
    lifetime: Lifetime,
}

impl Issuer {
    /// Signs with the first of `keys`.
    #[must_use]
    pub fn new(keys: SigningKeys, lifetime: Lifetime) -> Self {
        Self { keys, lifetime }
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &SigningKeys {
        &self.keys
    }

    /// Makes a token.
    ///
    /// # Errors
    /// When the system gives no random numbers, or the crypto library refuses.
    pub fn issue(&self, login: Login, now: Timestamp) -> Result<Issued, IssueError> {
        let mut id = [0_u8; 16];
        SystemRandom::new().fill(&mut id).map_err(|_| IssueError::Random)?;
        let iat = now.as_micros().div_euclid(1_000_000);
        let exp = iat.saturating_add(self.lifetime.0.into());
        let claims = Claims {
            iss: ISSUER.to_owned(),
            exp,
            nbf: Some(iat),
            iat: Some(iat),
            jti: Some(hex::encode(id)),
            sub: login.identity,
            owns: login.owns,
            auth_method: login.method,
            auth_method_sub: login.subject,
            permissions: login.permissions,
        };
        let token = TokenResponse { registry_token: self.keys.sign(&claims)?, expires_at: exp };
        Ok(Issued { token, claims })
    }
}

impl Default for Lifetime {
    /// The official registry's: five minutes.
    fn default() -> Self {
        Self(limits::TOKEN_LIFETIME_SECONDS)
    }
}

impl FromStr for Lifetime {
    type Err = InvalidLifetime;

    /// Reads whole seconds.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let seconds =
            text.trim().parse().ok().filter(|seconds| (1..=limits::TOKEN_LIFETIME_MAX_SECONDS).contains(seconds));
        seconds.map(Self).ok_or_else(|| InvalidLifetime(text.to_owned()))
    }
}

/// A token is a secret as long as it lives.
impl std::fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenResponse").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetimes_are_bounded() {
        assert_eq!("300".parse(), Ok(Lifetime::default()));
        for text in ["0", "-1", "3601", "", "5m", "99999999999999999999"] {
            assert!(text.parse::<Lifetime>().is_err(), "{text}");
        }
        assert_eq!(
            "0".parse::<Lifetime>().unwrap_err().to_string(),
            "a token may live for 1 to 3600 seconds, got \"0\""
        );
    }
}
