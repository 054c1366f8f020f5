//! State of a function, from its environment. Read once, in `main`.

use registry::aws::Aws;
use registry::config::{ConfigError, flag_from_env, optional};
use registry::store::Replay;
use registry_auth::{EnvironmentError, Issuer, lifetime_from_env, signing_keys_from_env};
use registry_fetch::ClientError;

use crate::State;
use crate::proof::{Dns, DnsError, ProofFiles};
use crate::secret::{SecretError, signing_keys};

/// Name of the variable that says whether `/auth/none` is there.
pub const ANONYMOUS_LOGIN: &str = "BERTH_ANONYMOUS_LOGIN";
/// Name of the variable that names the secret with the seeds of the signing keys. It wins over the seeds themselves.
pub const TOKEN_KEYS_SECRET: &str = "BERTH_TOKEN_KEYS_SECRET";
/// Name of the variable that holds the name servers to ask, if they are not the system's.
pub const DNS_RESOLVERS: &str = "BERTH_DNS_RESOLVERS";

/// The environment does not say what the function needs.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Keys or lifetime of tokens.
    #[error(transparent)]
    Tokens(#[from] EnvironmentError),
    /// A variable is neither true nor false.
    #[error(transparent)]
    Flag(#[from] ConfigError),
    /// The secret with the keys.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// Name servers.
    #[error(transparent)]
    Dns(#[from] DnsError),
    /// TLS.
    #[error(transparent)]
    Http(#[from] ClientError),
}

impl State {
    /// The state that the environment describes. The keys are in a secret of the cloud, or in the environment itself.
    ///
    /// # Errors
    /// Names the variable that is missing or malformed, or the secret that cannot be read.
    pub async fn from_env(replay: Replay, aws: &Aws) -> Result<Self, StateError> {
        let keys = match optional(TOKEN_KEYS_SECRET) {
            Some(name) => signing_keys(aws, &name).await?,
            None => signing_keys_from_env()?,
        };
        let issuer = Issuer::new(keys, lifetime_from_env()?);
        let files = ProofFiles::new(ProofFiles::options())?;
        Ok(Self::new(issuer, replay, dns_from_env()?, files, anonymous_login_from_env()?))
    }
}

/// Whoever asks for TXT records: [`DNS_RESOLVERS`], or the system's name servers.
///
/// # Errors
/// When a name server is no address, or the system's cannot be found out.
pub fn dns_from_env() -> Result<Dns, DnsError> {
    optional(DNS_RESOLVERS).map_or_else(Dns::system, |servers| Dns::configured(&servers))
}

/// Whether there is `/auth/none`: [`ANONYMOUS_LOGIN`], or not.
///
/// # Errors
/// When the variable is neither true nor false.
pub fn anonymous_login_from_env() -> Result<bool, StateError> {
    Ok(flag_from_env(ANONYMOUS_LOGIN, false)?)
}
