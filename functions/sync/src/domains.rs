//! Looks again at the proofs of domains.

use std::sync::Arc;

use registry::aws::Aws;
use registry::store::StoreError;
use registry::time::Timestamp;
use registry_domain::{Domains, EnvironmentError, HostedZones, Verifier};

use crate::report::DomainReport;

/// The claims of domains, and whoever looks for their proofs.
#[derive(Clone, Debug)]
pub struct DomainChecks {
    domains: Domains,
    verifier: Verifier,
}

impl DomainChecks {
    /// Looks for the proofs of `domains`.
    #[must_use]
    pub fn new(domains: Domains, verifier: Verifier) -> Self {
        Self { domains, verifier }
    }

    /// Looks for the proofs of the domains of `table`, as the environment says. Without `zones` nothing is found out about
    /// domains that were proved by a zone of the operator's, so that their proofs end by themselves.
    ///
    /// # Errors
    /// Names the variable that is malformed.
    pub fn from_env(aws: &Aws, table: &str, zones: Option<Arc<dyn HostedZones>>) -> Result<Self, EnvironmentError> {
        Ok(Self::new(Domains::from_env(aws.dynamodb(), table)?, Verifier::from_env(zones)?))
    }
}

/// Looks again for each proof that nobody looked for since a day: one that is there counts on, one that is gone counts for a
/// little longer and then no more.
///
/// # Errors
/// When the table fails. What was done before counts, and the next run does the rest.
pub async fn recheck_domains(checks: &DomainChecks) -> Result<DomainReport, StoreError> {
    let done = checks.domains.recheck(&checks.verifier, Timestamp::now()).await?;
    let report = DomainReport::from(done);
    if report != DomainReport::default() {
        tracing::info!(
            proved = report.proved,
            missing = report.missing.join(" "),
            lapsed = report.lapsed.join(" "),
            unknown = report.unknown,
            "domains"
        );
    }
    Ok(report)
}
