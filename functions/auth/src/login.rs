//! What all logins begin and end with: a limit on failures, a token or a refusal, and a record of either.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use registry::edge::ClientAddress;
use registry::error::{ApiError, ErrorDetail};
use registry::identity::Identity;
use registry::limits;
use registry::store::{AuditEvent, AuditOutcome, AuditRecord, Limit};
use registry::time::Timestamp;
use registry_auth::{AuthMethod, Issued, Login, Permission};

use crate::State;
use crate::namespaces::{Proved, Run};
use crate::refused::{Failure, Refused};

/// What somebody has proved.
#[derive(Debug)]
pub(crate) struct Proof {
    /// How.
    pub(crate) method: AuthMethod,
    /// Who they are, in terms of the method.
    pub(crate) subject: String,
    /// Their stable name.
    pub(crate) identity: Identity,
    /// The namespaces that are theirs by it. The first is what the login is about.
    pub(crate) proved: Vec<Proved>,
    /// What they may do whatever else they have.
    pub(crate) permissions: Vec<Permission>,
    /// The run of GitHub Actions that asks, if one does.
    pub(crate) run: Option<Run>,
    /// What else there is to say, for the audit trail.
    pub(crate) remarks: Vec<String>,
}

/// A login that has begun.
pub(crate) struct Attempt<'a> {
    state: &'a State,
    method: AuthMethod,
    address: Option<ClientAddress>,
    /// When it began.
    pub(crate) now: Timestamp,
}

impl<'a> Attempt<'a> {
    /// Begins a login, before anybody is asked anything.
    ///
    /// # Errors
    /// 429 if too many have failed that came from there; 503.
    pub(crate) async fn begin(
        state: &'a State,
        method: AuthMethod,
        address: Option<ClientAddress>,
    ) -> Result<Self, ApiError> {
        let this = Self { state, method, address, now: Timestamp::now() };
        if let Some(limit) = this.limit() {
            let looked = state.tables.counts.look(&limit, this.now).await.map_err(ApiError::unavailable)?;
            looked.map_err(|exceeded| ApiError::too_many(&exceeded))?;
        }
        Ok(this)
    }

    /// Begins the renewal of what was granted before: failures of others from the same place do not stand in its way.
    pub(crate) fn unlimited(state: &'a State, method: AuthMethod, address: Option<ClientAddress>) -> Self {
        Self { state, method, address, now: Timestamp::now() }
    }

    /// Uses a proof up, which is worthless by itself after `until`. A second use, also one that is sent at the same moment, is
    /// refused.
    pub(crate) async fn use_once(
        &self,
        proof: &str,
        until: Timestamp,
        used: impl FnOnce() -> Refused,
    ) -> Result<(), Failure> {
        match self.state.tables.replay.first_use(proof, until).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(used().into()),
            Err(error) => Err(error.into()),
        }
    }

    /// Ends it: with a token for what was proved, or a refusal, and a record of either.
    pub(crate) async fn end(self, proof: Result<Proof, Failure>) -> Result<Response, ApiError> {
        let granted = match proof {
            Ok(proof) => grant(self.state, proof, self.address, self.now).await,
            Err(failure) => Err(failure),
        };
        match granted {
            Ok(issued) => answer(&issued),
            Err(Failure::Failed(error)) => Err(error),
            Err(Failure::Refused(refused)) => {
                let detail = detail(self.method);
                Err(self.refuse(*refused, detail).await)
            }
        }
    }

    /// Ends it with a refusal: recorded, and counted if it is the sender's fault.
    pub(crate) async fn refuse(self, refused: Refused, detail: &'static str) -> ApiError {
        let record = AuditRecord {
            method: Some(self.method.to_string()),
            ..refused.record(AuditRecord::new(AuditEvent::Login, AuditOutcome::Refused))
        };
        let record = record.from(self.address);
        tokio::join!(self.state.tables.audit.note(&record), self.count(&refused));
        let errors = refused.messages.into_iter().map(|message| ErrorDetail { message, location: None, value: None });
        ApiError::new(StatusCode::UNAUTHORIZED, detail).with_errors(errors.collect())
    }

    /// A count that fails does not change the answer, nor does a limit that this very login reaches.
    async fn count(&self, refused: &Refused) {
        let Some(limit) = self.limit().filter(|_| refused.counts) else { return };
        if let Err(error) = self.state.tables.counts.take(&[limit], self.now).await {
            tracing::error!(error = registry::error_chain(&error), "a failed login was not counted");
        }
    }

    /// How often logins may fail. Where nobody knows where a request comes from, there is no one to count against.
    fn limit(&self) -> Option<Limit> {
        let place = self.address?.place();
        let most = self.state.logins.failed_per_hour;
        (most > 0).then(|| Limit { what: format!("failed logins per hour from {place}"), most, seconds: 3600 })
    }
}

/// What a refusal of a method is called.
fn detail(method: AuthMethod) -> &'static str {
    match method {
        AuthMethod::Dns => "DNS authentication failed",
        AuthMethod::Http => "HTTP authentication failed",
        AuthMethod::GithubAt | AuthMethod::GithubOidc | AuthMethod::Oidc | AuthMethod::None => "Token exchange failed",
    }
}

/// A token for what somebody has proved, recorded before it is answered.
pub(crate) async fn grant(
    state: &State,
    proof: Proof,
    address: Option<ClientAddress>,
    now: Timestamp,
) -> Result<Issued, Failure> {
    let about = proof.proved.first().map(|proved| proved.namespace.clone());
    let granted = state.tables.namespaces.grants(&proof.identity, &proof.proved, proof.run.as_ref(), now).await;
    let granted = granted?;
    let mut permissions = proof.permissions;
    for permission in granted.permissions {
        if !permissions.contains(&permission) {
            permissions.push(permission);
        }
    }
    let refused = |messages| Refused::all(messages).by(&proof.identity, &proof.subject).about(about.as_ref());
    if permissions.is_empty() && !granted.refused.is_empty() {
        return Err(refused(granted.refused.into_iter().map(|refused| refused.message).collect()).into());
    }
    if let Some(blocked) = state.logins.denied.objection(&permissions) {
        return Err(refused(vec![blocked]).into());
    }
    // Whoever may push to one of its repositories does not own the account.
    let owns = if proof.run.is_some() { Vec::new() } else { granted.owns };
    let (method, subject, identity) = (proof.method, proof.subject.clone(), Some(proof.identity.clone()));
    let issued = state.issuer.issue(Login { method, subject, identity, owns, permissions }, now);
    let issued = issued.map_err(|error| ApiError::internal("Failed to generate a token", error))?;
    if issued.token.registry_token.len() > limits::TOKEN_BYTES {
        return Err(refused(vec![TOO_MUCH.to_owned()]).into());
    }
    let remarks = proof.remarks.into_iter();
    let remarks = remarks.chain(granted.refused.into_iter().map(|refused| refused.message)).collect::<Vec<_>>();
    let mut record = issued.claims.audit(AuditEvent::Login, AuditOutcome::Done).from(address);
    if let Some(about) = &about {
        record = record.about(about);
    }
    if !remarks.is_empty() {
        record = record.because(remarks.join("; "));
    }
    state.tables.audit.append(&record).await?;
    tracing::info!(method = %issued.claims.auth_method, subject = issued.claims.auth_method_sub, token = issued.claims.jti,
        expires_at = issued.token.expires_at, "token issued");
    Ok(issued)
}

/// A header has an end, and with it the number of namespaces that a token can name.
const TOO_MUCH: &str = "you own so many namespaces that no token can name them all: publish for one from GitHub Actions with \
    `berth login github-oidc`";

/// The answer to a login that is granted. Never kept, not even as a validator.
pub(crate) fn answer(issued: &Issued) -> Result<Response, ApiError> {
    let json = serde_json::to_vec(&issued.token);
    let mut json = json.map_err(|error| ApiError::internal("Failed to generate a token", error))?;
    json.push(b'\n');
    let mut response = json.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}
