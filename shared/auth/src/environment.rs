//! Keys and lifetime of a function, from its environment. Read once, in `main`.

use registry::config::{ConfigError, optional, required};

use crate::issuer::{InvalidLifetime, Lifetime};
use crate::keys::{KeysError, SigningKeys, VerifyingKeys};

/// Name of the variable that holds the seeds of the signing keys, the one that signs first.
pub const TOKEN_KEYS: &str = "BERTH_TOKEN_KEYS";
/// Name of the variable that holds the public keys, as a JWK set, for a function that verifies and does not sign.
pub const TOKEN_PUBLIC_KEYS: &str = "BERTH_TOKEN_PUBLIC_KEYS";
/// Name of the variable that holds the seconds that a token lives.
pub const TOKEN_LIFETIME: &str = "BERTH_TOKEN_LIFETIME";

/// A variable is missing or malformed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvironmentError {
    /// The variable is not set, or empty.
    #[error(transparent)]
    Missing(#[from] ConfigError),
    /// The variable holds no keys.
    #[error("environment variable {0}: {1}")]
    Keys(&'static str, #[source] KeysError),
    /// The variable holds no lifetime.
    #[error("environment variable {0}: {1}")]
    Lifetime(&'static str, #[source] InvalidLifetime),
}

/// The keys of a function that signs: [`TOKEN_KEYS`].
///
/// # Errors
/// When the variable is missing or holds no keys.
pub fn signing_keys_from_env() -> Result<SigningKeys, EnvironmentError> {
    let text = required(TOKEN_KEYS, "the seed of the signing key: 32 bytes in hex, from `openssl rand -hex 32`")?;
    text.parse().map_err(|error| EnvironmentError::Keys(TOKEN_KEYS, error))
}

/// The keys of a function that verifies: [`TOKEN_PUBLIC_KEYS`].
///
/// # Errors
/// When the variable is missing or holds no keys.
pub fn verifying_keys_from_env() -> Result<VerifyingKeys, EnvironmentError> {
    let text = required(TOKEN_PUBLIC_KEYS, "what /.well-known/jwks.json of the registry answers")?;
    text.parse().map_err(|error| EnvironmentError::Keys(TOKEN_PUBLIC_KEYS, error))
}

/// How long tokens live: [`TOKEN_LIFETIME`], or five minutes.
///
/// # Errors
/// When the variable holds no lifetime.
pub fn lifetime_from_env() -> Result<Lifetime, EnvironmentError> {
    match optional(TOKEN_LIFETIME) {
        Some(text) => text.parse().map_err(|error| EnvironmentError::Lifetime(TOKEN_LIFETIME, error)),
        None => Ok(Lifetime::default()),
    }
}
