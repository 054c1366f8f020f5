//! Records in zones that the operator hosts.

pub mod limits;
mod record;
mod zone;

use std::fmt;
use std::time::Duration;

use aws_sdk_route53::Client;
use aws_sdk_route53::config::{BehaviorVersion, Config, Region};
use aws_sdk_route53::error::SdkError;
use registry::aws::Aws;
use registry::config::{ConfigError, flag_from_env};

pub use zone::Zone;

use crate::limits::{SYNC_PATIENCE, SYNC_PAUSE};

/// Name of the variable that says whether administrators may have the registry write records into Route 53.
pub const ROUTE53: &str = "BERTH_ROUTE53";

/// Route 53 of the operator's account.
#[derive(Clone)]
pub struct Route53 {
    client: Client,
    patience: Duration,
    pause: Duration,
}

/// Route 53 does not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum Route53Error {
    /// A call failed.
    #[error("cannot {operation}: {message}")]
    Call {
        /// What was attempted.
        operation: &'static str,
        /// What the SDK said, its causes included.
        message: String,
    },
    /// A change was refused, again and again.
    #[error("Route 53 refuses the record: {0}")]
    Refused(String),
    /// The record set is one of several that Route 53 chooses from.
    #[error("the TXT records of {0} have a routing policy, which is left alone: set the record by hand, and check it")]
    Routed(String),
}

impl Route53 {
    /// Asks through `client`.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client, patience: SYNC_PATIENCE, pause: SYNC_PAUSE }
    }

    /// Asks where [`ROUTE53`] says so.
    ///
    /// # Errors
    /// When the variable is neither true nor false.
    pub fn from_env(aws: &Aws) -> Result<Option<Self>, ConfigError> {
        Ok(flag_from_env(ROUTE53, false)?.then(|| Self::of(aws)))
    }

    /// Asks as the function asks the other services of the cloud.
    #[must_use]
    pub fn of(aws: &Aws) -> Self {
        let mut config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(aws.region().to_owned()))
            .credentials_provider(aws.credentials())
            .timeout_config(aws.timeouts())
            .http_client(aws.http_client());
        config.set_endpoint_url(aws.endpoint().map(str::to_owned));
        Self::new(Client::from_conf(config.build()))
    }

    /// The same with another patience for changes to reach all name servers.
    #[must_use]
    pub fn waiting(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }
}

impl Route53Error {
    fn call<E, R>(operation: &'static str, error: &SdkError<E, R>) -> Self
    where
        E: std::error::Error + Send + Sync + 'static,
        R: fmt::Debug + Send + Sync + 'static,
    {
        Self::Call { operation, message: registry::error_chain(error) }
    }
}

impl fmt::Debug for Route53 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Route53").field("patience", &self.patience).finish_non_exhaustive()
    }
}
