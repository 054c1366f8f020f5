//! What the environment says of logins and publishers: the same variables that the functions read.

use std::sync::Arc;

use auth::environment::{StateError, audit_days_from_env, dns_from_env};
use auth::{Browser, Logins};
use registry::aws::{Aws, AwsError};
use registry::config::{ConfigError, GITHUB_CLIENT_ID, flag_from_env, optional};
use registry_auth::{SigningKeys, lifetime_from_env};
use registry_domain::{HostedZones, Terms, Verifier};
use registry_route53::{ROUTE53, Route53};

use crate::access::Access;

/// A variable is missing or malformed.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// Numbers and switches.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Logins.
    #[error(transparent)]
    Logins(#[from] StateError),
    /// How long tokens live.
    #[error(transparent)]
    Tokens(#[from] registry_auth::EnvironmentError),
    /// How domains are verified.
    #[error(transparent)]
    Domains(#[from] registry_domain::EnvironmentError),
    /// Route 53.
    #[error("environment variable {ROUTE53}: {0}")]
    Route53(#[source] AwsError),
}

impl Access {
    /// As the environment says; packages are not checked. Hears of what does not work, and is served without.
    ///
    /// # Errors
    /// Names the variable that is malformed.
    pub fn from_env(keys: SigningKeys, warn: impl Fn(String)) -> Result<Self, EnvironmentError> {
        // A laptop without a network serves all else.
        let dns = dns_from_env().inspect_err(|error| warn(format!("{error}; login dns does not work")));
        let route53 = match flag_from_env(ROUTE53, false)? {
            true => Some(Route53::of(&Aws::from_env().map_err(EnvironmentError::Route53)?)),
            false => None,
        };
        let mut logins = Logins::from_env()?;
        logins.browser = Browser::from_env_alone(logins.github.as_ref()).map_err(StateError::from)?;
        let zones = route53.clone().map(|route53| Arc::new(route53) as Arc<dyn HostedZones>);
        Ok(Self {
            lifetime: lifetime_from_env()?,
            logins,
            policy: publish::Policy::from_env()?,
            dns: dns.ok(),
            verifier: Some(Verifier::from_env(zones)?),
            terms: Terms::from_env()?,
            route53,
            audit_days: audit_days_from_env()?,
            github_client_id: optional(GITHUB_CLIENT_ID).map(Arc::from),
            ..Self::new(keys)
        })
    }
}
