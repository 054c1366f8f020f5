//! A login as it is stored, and the command that makes it anew.

use std::path::PathBuf;

use anyhow::{Context, anyhow};
use registry::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::keys::{self, Algorithm, PrivateKey};

/// The variable that holds a private key, for where no file can.
const KEY_VARIABLE: &str = "BERTH_PRIVATE_KEY";

/// A token is renewed when it has so many seconds left: a call takes its time.
const MARGIN_SECONDS: i64 = 30;

/// How a publisher proves itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Method {
    Dns,
    Http,
    None,
}

/// What is kept of a login. Never a key: only where it is.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Login {
    /// The registry that issued the token, as [`crate::registry_client::RegistryClient::address`] spells it.
    pub(crate) registry: String,
    pub(crate) token: String,
    /// Seconds since 1970.
    pub(crate) expires_at: i64,
    pub(crate) method: Method,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) domain: Option<String>,
    /// File of the private key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<PathBuf>,
}

/// What is sent to a registry to log in.
pub(crate) enum Proof {
    Domain { method: Method, domain: String, key: PrivateKey },
    Anonymous,
}

impl Method {
    /// The word on the wire and on the command line.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Http => "http",
            Self::None => "none",
        }
    }
}

impl Login {
    /// Whether the token is expired or soon will be.
    pub(crate) fn is_due(&self) -> bool {
        self.expires_at.saturating_sub(Timestamp::now().as_micros() / 1_000_000) <= MARGIN_SECONDS
    }

    /// Whether the proof can be made again without the user.
    pub(crate) fn renews(&self) -> bool {
        self.method == Method::None || self.key.is_some() || std::env::var_os(KEY_VARIABLE).is_some()
    }

    /// Makes the proof again; the error says which command does what cannot be done here.
    pub(crate) fn proof(&self) -> anyhow::Result<Proof> {
        let domain = match (self.method, &self.domain) {
            (Method::None, _) => return Ok(Proof::Anonymous),
            (_, Some(domain)) => domain.clone(),
            (_, None) => return Err(anyhow!("the login names no domain; log in again with `{}`", self.command())),
        };
        let key = match &self.key {
            Some(file) => keys::read(file, None)?,
            None => key_from_environment(None)?.with_context(|| {
                format!("the login has expired, and its key is in no file; log in again with `{}`", self.command())
            })?,
        };
        Ok(Proof::Domain { method: self.method, domain, key })
    }

    /// The command that logs in like this.
    pub(crate) fn command(&self) -> String {
        let mut command = format!("berth login {}", self.method.as_str());
        if self.method != Method::None {
            let domain = self.domain.as_deref().unwrap_or("DOMAIN");
            let key = self.key.as_ref().map_or_else(|| "FILE".to_owned(), |key| key.display().to_string());
            command.push_str(&format!(" --domain {domain} --key {key}"));
        }
        format!("{command} --registry {}", self.registry)
    }
}

/// The key that the environment holds.
pub(crate) fn key_from_environment(expected: Option<Algorithm>) -> anyhow::Result<Option<PrivateKey>> {
    let Some(text) = std::env::var(KEY_VARIABLE).ok().filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    let key = PrivateKey::from_hex(&text, expected).map_err(|error| anyhow!("the key in {KEY_VARIABLE} {error}"))?;
    Ok(Some(key))
}
