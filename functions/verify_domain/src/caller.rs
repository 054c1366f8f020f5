//! Who asks, and how often they may.

use http::{HeaderMap, StatusCode};
use registry::edge::ClientAddress;
use registry::error::ApiError;
use registry::identity::Identity;
use registry::store::{AuditEvent, AuditOutcome, AuditRecord, Limit};
use registry::time::Timestamp;
use registry_auth::{AuthMethod, Claims, bearer};
use registry_domain::ClaimableDomain;

use crate::State;
use crate::limits::{CHANGES_PER_HOUR, CHECKS_PER_HOUR};

/// Somebody with a name.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) claims: Claims,
    pub(crate) identity: Identity,
    address: Option<ClientAddress>,
}

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Counted {
    /// A look for a proof.
    Check,
    /// A claim that is made or given up.
    Change,
}

impl State {
    /// Whoever holds the token of a request.
    ///
    /// # Errors
    /// 401 for a token that is none or names nobody, 403 for an anonymous one, 422 without the header.
    pub(crate) fn caller(&self, headers: &HeaderMap, address: Option<ClientAddress>) -> Result<Caller, ApiError> {
        let claims = self.keys.verify(bearer(headers)?, Timestamp::now())?;
        let Some(identity) = claims.identity().cloned() else {
            let detail = "Invalid or expired Registry JWT token";
            let message = "the token does not say who holds it: log in again for one that does";
            return Err(ApiError::new(StatusCode::UNAUTHORIZED, detail).because(message));
        };
        if claims.auth_method == AuthMethod::GithubOidc {
            let message =
                "a run of a workflow publishes, and manages no domains: log in yourself, with `berth login github`";
            return Err(ApiError::new(StatusCode::FORBIDDEN, "Domains are claimed by somebody").because(message));
        }
        if identity == Identity::anonymous() {
            let message = "an anonymous token claims no domain: log in in another way, such as `berth login github`";
            return Err(ApiError::new(StatusCode::FORBIDDEN, "Domains are claimed by somebody").because(message));
        }
        Ok(Caller { claims, identity, address })
    }

    /// Counts one more.
    ///
    /// # Errors
    /// 429; 503 when the table fails.
    pub(crate) async fn count(&self, caller: &Caller, counted: Counted) -> Result<(), ApiError> {
        let (what, most) = match counted {
            Counted::Check => ("domain checks", CHECKS_PER_HOUR),
            Counted::Change => ("changes of domain claims", CHANGES_PER_HOUR),
        };
        let limit = Limit { what: format!("{what} per hour by {}", caller.identity), most, seconds: 3600 };
        let taken = self.counts.take(&[limit], Timestamp::now()).await.map_err(ApiError::unavailable)?;
        taken.map_err(|exceeded| ApiError::too_many(&exceeded))
    }

    /// Records a refusal, and hands it on.
    pub(crate) async fn refuse(
        &self,
        caller: &Caller,
        event: AuditEvent,
        domain: Option<&ClaimableDomain>,
        error: ApiError,
    ) -> ApiError {
        // A fault of ours is no refusal.
        if error.status().is_client_error() {
            let record = caller.record(event, AuditOutcome::Refused).because(error.reason());
            let record = match domain {
                Some(domain) => record.about(domain.namespace()).to(domain.domain().as_str()),
                None => record,
            };
            self.domains.audit().note(&record).await;
        }
        error
    }
}

impl Caller {
    /// A record that says who they are.
    pub(crate) fn record(&self, event: AuditEvent, outcome: AuditOutcome) -> AuditRecord {
        self.claims.audit(event, outcome).from(self.address)
    }
}
