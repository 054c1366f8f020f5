//! What is shown to a registry to log in, and where the environment holds it.

use anyhow::anyhow;

use super::Method;
use crate::keys::{Algorithm, PrivateKey};

/// The variable that holds a private key, for where no file can.
pub(super) const KEY_VARIABLE: &str = "BERTH_PRIVATE_KEY";

/// The variable that holds a token of GitHub, as the official publisher calls it.
const GITHUB_VARIABLE: &str = "MCP_GITHUB_TOKEN";

/// The variable that holds an ID token of an issuer that the registry trusts.
const OIDC_VARIABLE: &str = "BERTH_OIDC_TOKEN";

/// What is sent to a registry to log in.
pub(crate) enum Proof {
    Domain {
        method: Method,
        domain: String,
        key: PrivateKey,
    },
    /// A token of GitHub, or an ID token.
    Token {
        method: Method,
        token: String,
    },
    Anonymous,
}

impl Proof {
    /// What the proof is of.
    pub(crate) fn method(&self) -> Method {
        match self {
            Self::Domain { method, .. } | Self::Token { method, .. } => *method,
            Self::Anonymous => Method::None,
        }
    }
}

/// The key that the environment holds.
pub(crate) fn key_from_environment(expected: Option<Algorithm>) -> anyhow::Result<Option<PrivateKey>> {
    let Some(text) = variable(KEY_VARIABLE) else { return Ok(None) };
    let key = PrivateKey::from_hex(&text, expected).map_err(|error| anyhow!("the key in {KEY_VARIABLE} {error}"))?;
    Ok(Some(key))
}

/// The token of GitHub that the environment holds.
pub(crate) fn github_token_from_environment() -> Option<String> {
    variable(GITHUB_VARIABLE)
}

/// The ID token that the environment holds.
pub(crate) fn oidc_token_from_environment() -> Option<String> {
    variable(OIDC_VARIABLE)
}

/// A variable without what a file's last line leaves behind it.
fn variable(name: &str) -> Option<String> {
    Some(std::env::var(name).ok()?.trim().to_owned()).filter(|text| !text.is_empty())
}
