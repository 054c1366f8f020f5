//! `DELETE /verify-domain/{domain}`

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use registry::edge::ClientAddress;
use registry::error::{ApiError, LimitErrors, Problem, TokenErrors};
use registry::store::{AuditEvent, AuditOutcome};
use registry::time::Timestamp;

use crate::answer;
use crate::body::claimable;
use crate::caller::Counted;

/// Gives a claim up, and the domain with it, if it is proved.
#[utoipa::path(
    delete,
    path = "/verify-domain/{domain}",
    tag = "domains",
    params(("domain" = String, Path, description = "the domain")),
    security(("bearer" = [])),
    responses(
        (status = 204, description = "the claim is given up"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        TokenErrors,
        LimitErrors,
    )
)]
pub(crate) async fn release_domain(
    State(state): State<crate::State>,
    Path(text): Path<String>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let caller = state.caller(&headers, address.map(|Extension(address)| address))?;
    state.count(&caller, Counted::Change).await?;
    let missing = || ApiError::not_found("Domain claim not found").because("you have no claim of this domain");
    let event = AuditEvent::DomainRelease;
    let Ok(domain) = claimable(&text) else { return Err(state.refuse(&caller, event, None, missing()).await) };
    let by = caller.record(event, AuditOutcome::Done);
    match state.domains.release(&caller.identity, &domain, by, Timestamp::now()).await {
        Ok(true) => {
            tracing::info!(domain = %domain.domain(), identity = %caller.identity, "domain given up");
            Ok(StatusCode::NO_CONTENT.into_response())
        }
        Ok(false) => Err(state.refuse(&caller, event, Some(&domain), missing()).await),
        Err(error) => Err(state.refuse(&caller, event, Some(&domain), answer::refusal(error)).await),
    }
}
