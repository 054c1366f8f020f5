//! `POST /verify-domain/check`

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::Request;
use registry::edge::JsonRequest;
use registry::error::{ApiError, BodyErrors, LimitErrors, Problem, TokenErrors};
use registry::store::{AuditEvent, AuditOutcome};
use registry::time::Timestamp;
use registry_auth::well_formed;
use registry_domain::{Claim, ClaimBody, ClaimableDomain, DomainsError};

use crate::body::{DomainInput, claimable, domain_text};
use crate::caller::{Caller, Counted};
use crate::{answer, limits};

/// Looks for the record, and for the file, of a claim. Whoever has one of them becomes the holder of the domain.
#[utoipa::path(
    post,
    path = "/verify-domain/check",
    tag = "domains",
    request_body = DomainInput,
    security(("bearer" = [])),
    responses(
        (status = 200, body = ClaimBody),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        BodyErrors,
        TokenErrors,
        LimitErrors,
    )
)]
pub(crate) async fn check_domain(
    State(state): State<crate::State>,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    let JsonRequest { headers, address, body } = JsonRequest::read(request, limits::BODY_BYTES).await?;
    let text = well_formed(&headers, domain_text(&body))?;
    let caller = state.caller(&headers, address)?;
    state.count(&caller, Counted::Check).await?;
    let event = AuditEvent::DomainProof;
    let domain = match claimable(text) {
        Ok(domain) => domain,
        Err(errors) => return Err(state.refuse(&caller, event, None, ApiError::validation(errors)).await),
    };
    match state.prove(&caller, &domain).await {
        Ok(claim) => {
            tracing::info!(domain = %domain.domain(), identity = %caller.identity, "domain proved");
            answer::claim(&claim)
        }
        Err(error) => Err(state.refuse(&caller, event, Some(&domain), error).await),
    }
}

impl crate::State {
    async fn prove(&self, caller: &Caller, domain: &ClaimableDomain) -> Result<Claim, ApiError> {
        let claim = self.domains.claim_of(&caller.identity, domain, Timestamp::now()).await;
        let claim = claim.map_err(ApiError::unavailable)?;
        let claim = claim.ok_or_else(|| answer::refusal(DomainsError::Unclaimed(domain.domain().clone())))?;
        let method = self.verifier.search(&claim).await.map_err(answer::not_proved)?;
        let by = caller.record(AuditEvent::DomainProof, AuditOutcome::Done).because(format!("by {method}"));
        let settled = self.domains.settle(&self.verifier, &caller.identity, domain, method, by).await;
        settled.map_err(answer::refusal)
    }
}
