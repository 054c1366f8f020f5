//! Who asks.

use http::HeaderMap;
use registry::edge::ClientAddress;
use registry::error::ApiError;
use registry::identity::{Identity, Namespace};
use registry::store::{AuditEvent, AuditOutcome, AuditRecord, Limit};
use registry_auth::{AuthMethod, Claims};

use super::ownership::is_somebody;
use super::{Handle, Refusal, limits};

/// Whoever asks: the holder of a token.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) claims: Claims,
    pub(crate) address: Option<ClientAddress>,
    /// By what they can be meant.
    pub(crate) handles: Vec<Handle>,
}

impl crate::State {
    /// Whoever sent the request.
    ///
    /// # Errors
    /// 401; 422 without the header.
    pub(crate) fn caller(&self, headers: &HeaderMap, address: Option<ClientAddress>) -> Result<Caller, ApiError> {
        let claims = self.claims(headers)?;
        Ok(Caller { address, handles: Handle::of(&claims), claims })
    }
}

impl Caller {
    /// Who they are, if they can have a part in a namespace.
    ///
    /// # Errors
    /// Runs of workflows and those without a name cannot.
    pub(crate) fn somebody(&self) -> Result<&Identity, Refusal> {
        match self.claims.identity() {
            Some(identity) if is_somebody(&self.claims) => Ok(identity),
            _ if self.claims.auth_method == AuthMethod::GithubOidc => Err(Refusal::Workflow),
            _ => Err(Refusal::Nobody),
        }
    }

    pub(crate) fn is_called(&self, handle: &Handle) -> bool {
        self.handles.contains(handle)
    }

    /// Who they are, in words that name no secret.
    pub(crate) fn described(&self) -> String {
        let names: Vec<&str> = self.handles.iter().rev().map(Handle::as_str).collect();
        if names.is_empty() { "nobody that the registry knows".to_owned() } else { names.join(", that is ") }
    }

    /// How many refusals the audit trail gets. Counted with those of other functions.
    pub(crate) fn refusals(&self) -> Limit {
        let Claims { auth_method, auth_method_sub, .. } = &self.claims;
        let name =
            self.claims.identity().map_or_else(|| format!("{auth_method} {auth_method_sub}"), ToString::to_string);
        let place = self.address.map_or_else(|| "an unknown address".to_owned(), ClientAddress::place);
        let what = format!("refusals recorded per hour of {name} from {place}");
        Limit { what, most: limits::REFUSALS_PER_HOUR, seconds: 3600 }
    }

    /// What the audit trail says of what they did to a namespace.
    pub(crate) fn record(&self, event: AuditEvent, outcome: AuditOutcome, namespace: &Namespace) -> AuditRecord {
        self.claims.audit(event, outcome).about(namespace).from(self.address)
    }
}
