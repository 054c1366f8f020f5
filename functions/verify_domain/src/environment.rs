//! State of a function, from its environment. Read once, in `main`.

use std::sync::Arc;

use registry::aws::Aws;
use registry::config::{ConfigError, table_from_env};
use registry::store::Counts;
use registry_auth::verifying_keys_from_env;
use registry_domain::{Domains, HostedZones, Verifier};

use crate::State;
use registry_route53::Route53;

/// The environment does not say what the function needs.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// A variable is missing or malformed.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Keys.
    #[error(transparent)]
    Tokens(#[from] registry_auth::EnvironmentError),
    /// How domains are verified.
    #[error(transparent)]
    Domains(#[from] registry_domain::EnvironmentError),
}

impl State {
    /// The state that the environment describes.
    ///
    /// # Errors
    /// Names the variable that is missing or malformed.
    pub fn from_env(aws: &Aws) -> Result<Self, StateError> {
        let (client, table) = (aws.dynamodb(), table_from_env()?);
        let route53 = Route53::from_env(aws)?;
        let zones = route53.clone().map(|route53| Arc::new(route53) as Arc<dyn HostedZones>);
        let domains = Domains::from_env(client.clone(), &table)?;
        let counts = Counts::new(client, table);
        Ok(Self::new(domains, Verifier::from_env(zones)?, counts, verifying_keys_from_env()?, route53))
    }
}
