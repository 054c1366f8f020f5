//! State of a function, from its environment. Read once, in `main`.

use registry::aws::Aws;
use registry::config::{AUDIT_DAYS, ConfigError, number_from_env, optional, table_from_env};
use registry::limits;
use registry_auth::{EnvironmentError, Issuer, lifetime_from_env, signing_keys_from_env};
use registry_fetch::ClientError;
use registry_oidc::{InvalidAudience, InvalidIssuer};
use registry_secret::{KeysFromEnvError, signing_keys};

use crate::browser::{Browser, BrowserError};
use crate::github::InvalidGitHubHost;
use crate::issuers::IssuersError;
use crate::proof::{Dns, DnsError, ProofFiles};
use crate::{Logins, State, Tables};

/// Name of the variable that holds the name servers to ask, if they are not the system's.
pub const DNS_RESOLVERS: &str = "BERTH_DNS_RESOLVERS";

/// The environment does not say what the function needs.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Keys or lifetime of tokens.
    #[error(transparent)]
    Tokens(#[from] EnvironmentError),
    /// A variable is missing or not what it has to be.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The secret with the keys.
    #[error(transparent)]
    Keys(#[from] KeysFromEnvError),
    /// Name servers.
    #[error(transparent)]
    Dns(#[from] DnsError),
    /// TLS.
    #[error(transparent)]
    Http(#[from] ClientError),
    /// Login in a browser.
    #[error(transparent)]
    Browser(#[from] BrowserError),
    /// Addresses of GitHub.
    #[error("BERTH_GITHUB_URL or BERTH_GITHUB_API_URL: {0}")]
    GitHub(#[from] InvalidGitHubHost),
    /// The issuer of a variable is none.
    #[error("environment variable {0}: {1}")]
    Issuer(&'static str, InvalidIssuer),
    /// The audience of a variable is none.
    #[error("environment variable {0}: {1}")]
    Audience(&'static str, InvalidAudience),
    /// Other issuers.
    #[error(transparent)]
    Issuers(#[from] IssuersError),
}

impl State {
    /// The state that the environment describes. The keys are in a secret of the cloud, or in the environment itself.
    ///
    /// # Errors
    /// Names the variable that is missing or malformed, or the secret that cannot be read.
    pub async fn from_env(aws: &Aws) -> Result<Self, StateError> {
        let keys = match signing_keys(aws).await? {
            Some(keys) => keys,
            None => signing_keys_from_env()?, // says what is missing
        };
        let issuer = Issuer::new(keys, lifetime_from_env()?);
        let files = ProofFiles::new(ProofFiles::options())?;
        let tables = Tables::new(aws.dynamodb(), &table_from_env()?, audit_days_from_env()?);
        let mut logins = Logins::from_env()?;
        logins.browser = Browser::from_env(aws, logins.github.as_ref()).await?;
        Ok(Self::new(issuer, tables, dns_from_env()?, files, logins))
    }
}

/// For how many days records of the audit trail are kept: [`AUDIT_DAYS`], or the default.
///
/// # Errors
/// When the variable is no number of days from 1 to 3650.
pub fn audit_days_from_env() -> Result<u32, ConfigError> {
    number_from_env(AUDIT_DAYS, 1..=3650, limits::AUDIT_DAYS)
}

/// Whoever asks for TXT records: [`DNS_RESOLVERS`], or the system's name servers.
///
/// # Errors
/// When a name server is no address, or the system's cannot be found out.
pub fn dns_from_env() -> Result<Dns, DnsError> {
    optional(DNS_RESOLVERS).map_or_else(Dns::system, |servers| Dns::configured(&servers))
}
