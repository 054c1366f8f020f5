//! What functions that deal with domains read from their environment.

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use registry::config::{AUDIT_DAYS, ConfigError, number_from_env, optional};
use registry::limits;
use registry::store::AuditLog;
use registry_fetch::ClientError;

use crate::domains::Domains;
use crate::file::Files;
use crate::resolvers::{Resolvers, ResolversError};
use crate::terms::Terms;
use crate::verifier::{HostedZones, Verifier};

/// Name of the variable that holds the name servers that say whether a record is there: at least two, independent of each
/// other.
pub const VERIFY_RESOLVERS: &str = "BERTH_VERIFY_RESOLVERS";

/// The environment does not say how domains are verified.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// A number.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// [`VERIFY_RESOLVERS`].
    #[error("environment variable {VERIFY_RESOLVERS}: {0}")]
    Resolvers(#[from] ResolversError),
    /// TLS.
    #[error(transparent)]
    Http(#[from] ClientError),
}

impl Resolvers {
    /// The resolvers of [`VERIFY_RESOLVERS`], or three public ones.
    ///
    /// # Errors
    /// When one is no address, or they are fewer than two.
    pub fn from_env() -> Result<Self, ResolversError> {
        optional(VERIFY_RESOLVERS).map_or_else(Self::public, |text| Self::configured(&text))
    }
}

impl Verifier {
    /// A verifier that asks the resolvers of the environment.
    ///
    /// # Errors
    /// See [`EnvironmentError`].
    pub fn from_env(zones: Option<Arc<dyn HostedZones>>) -> Result<Self, EnvironmentError> {
        Ok(Self::new(Resolvers::from_env()?, Files::new(Files::options())?, zones))
    }
}

impl Domains {
    /// The domains of `table`, on the terms of the environment.
    ///
    /// # Errors
    /// When a variable is no number of days.
    pub fn from_env(client: Client, table: &str) -> Result<Self, ConfigError> {
        let days = number_from_env(AUDIT_DAYS, 1..=3650, limits::AUDIT_DAYS)?;
        let audit = AuditLog::new(client.clone(), table, days);
        Ok(Self::new(client, table, audit, Terms::from_env()?))
    }
}
