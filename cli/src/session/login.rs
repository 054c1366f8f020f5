//! A login as it is stored, and the command that makes it anew.

use std::path::PathBuf;

use anyhow::{Context, anyhow};
use registry::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::Proof;
use super::proof::{self, KEY_VARIABLE};
use crate::github;
use crate::keys;

/// A token is renewed when it has so many seconds left: a call takes its time.
const MARGIN_SECONDS: i64 = 30;

/// How a publisher proves itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Method {
    Github,
    GithubOidc,
    Oidc,
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
    /// GitHub's token, which the device flow gives only once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) github_token: Option<String>,
}

impl Method {
    /// The word on the command line.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::GithubOidc => "github-oidc",
            Self::Oidc => "oidc",
            Self::Dns => "dns",
            Self::Http => "http",
            Self::None => "none",
        }
    }

    /// Where a registry takes the proof.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Github => "/v0.1/auth/github-at",
            Self::GithubOidc => "/v0.1/auth/github-oidc",
            Self::Oidc => "/v0.1/auth/oidc",
            Self::Dns => "/v0.1/auth/dns",
            Self::Http => "/v0.1/auth/http",
            Self::None => "/v0.1/auth/none",
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
        match self.method {
            Method::None => true,
            Method::Github => self.github_token.is_some() || proof::github_token_from_environment().is_some(),
            Method::GithubOidc => github::offers_id_token(),
            Method::Oidc => proof::oidc_token_from_environment().is_some(),
            Method::Dns | Method::Http => self.key.is_some() || std::env::var_os(KEY_VARIABLE).is_some(),
        }
    }

    /// Makes the proof again, for the registry of this origin; the error says which command does what cannot be done here.
    pub(super) async fn proof(&self, origin: &str) -> anyhow::Result<Proof> {
        let over = |what: &str| format!("the login has expired, and {what}; log in again with `{}`", self.command());
        let token = match self.method {
            Method::None => return Ok(Proof::Anonymous),
            Method::Dns | Method::Http => return self.domain_proof(),
            Method::Github => self
                .github_token
                .clone()
                .or_else(proof::github_token_from_environment)
                .with_context(|| over("GitHub's token was not kept"))?,
            Method::GithubOidc => github::id_token(origin).await.with_context(|| over("there is no new ID token"))?,
            Method::Oidc => proof::oidc_token_from_environment().with_context(|| over("there is no new ID token"))?,
        };
        Ok(Proof::Token { method: self.method, token })
    }

    fn domain_proof(&self) -> anyhow::Result<Proof> {
        let domain = self
            .domain
            .clone()
            .ok_or_else(|| anyhow!("the login names no domain; log in again with `{}`", self.command()))?;
        let key = match &self.key {
            Some(file) => keys::read(file, None)?,
            None => proof::key_from_environment(None)?.with_context(|| {
                format!("the login has expired, and its key is in no file; log in again with `{}`", self.command())
            })?,
        };
        Ok(Proof::Domain { method: self.method, domain, key })
    }

    /// The command that logs in like this.
    pub(crate) fn command(&self) -> String {
        let mut command = format!("berth login {}", self.method.as_str());
        match self.method {
            Method::Dns | Method::Http => {
                let domain = self.domain.as_deref().unwrap_or("DOMAIN");
                let key = self.key.as_ref().map_or_else(|| "FILE".to_owned(), |key| key.display().to_string());
                command.push_str(&format!(" --domain {domain} --key {key}"));
            }
            Method::Oidc => command.push_str(" --token TOKEN"),
            Method::Github | Method::GithubOidc | Method::None => {}
        }
        format!("{command} --registry {}", self.registry)
    }
}
