//! `POST /verify-domain`

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::Request;
use registry::edge::JsonRequest;
use registry::error::{ApiError, BodyErrors, LimitErrors, TokenErrors};
use registry::store::{AuditEvent, AuditOutcome};
use registry::time::Timestamp;
use registry_auth::well_formed;
use registry_domain::ClaimBody;

use crate::body::{DomainInput, claimable, domain_text};
use crate::caller::Counted;
use crate::{answer, limits};

/// Claims a domain. The answer names the record and the file of which one has to be set. The same claim again gets the same
/// answer.
#[utoipa::path(
    post,
    path = "/verify-domain",
    tag = "domains",
    request_body = DomainInput,
    security(("bearer" = [])),
    responses(
        (status = 200, body = ClaimBody),
        BodyErrors,
        TokenErrors,
        LimitErrors,
    ),
)]
pub(crate) async fn claim_domain(
    State(state): State<crate::State>,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    let JsonRequest { headers, address, body } = JsonRequest::read(request, limits::BODY_BYTES).await?;
    let text = well_formed(&headers, domain_text(&body))?;
    let caller = state.caller(&headers, address)?;
    state.count(&caller, Counted::Change).await?;
    let event = AuditEvent::DomainClaim;
    let domain = match claimable(text) {
        Ok(domain) => domain,
        Err(errors) => return Err(state.refuse(&caller, event, None, ApiError::validation(errors)).await),
    };
    let by = caller.record(event, AuditOutcome::Done);
    match state.domains.claim(&caller.identity, &domain, by, Timestamp::now()).await {
        Ok(claim) => {
            tracing::info!(domain = %domain.domain(), identity = %caller.identity, "domain claimed");
            answer::claim(&claim)
        }
        Err(error) => Err(state.refuse(&caller, event, Some(&domain), answer::refusal(error)).await),
    }
}
