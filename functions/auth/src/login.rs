//! What all logins end with: a token.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use registry::error::ApiError;
use registry::limits;
use registry::time::Timestamp;
use registry_auth::{Action, Issued, Login, Pattern, Permission};

use crate::State;
use crate::proof::{Claim, ProofKey, Refusal};

/// Uses a proof up. A second use, also one that is sent at the same moment, is refused.
pub(crate) async fn use_once(
    state: &State,
    claim: &Claim,
    signer: &ProofKey,
    now: Timestamp,
    detail: &'static str,
) -> Result<(), ApiError> {
    let until = now.as_micros().saturating_add(limits::LOGIN_REMEMBERED_SECONDS * 1_000_000);
    let until = Timestamp::from_micros(until).unwrap_or(now);
    match state.replay.first_use(&claim.identity(signer), until).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(Refusal::Used.with_detail(detail)),
        Err(error) => Err(ApiError::unavailable(error)),
    }
}

/// A permission to publish.
pub(crate) fn publish(resource: Pattern) -> Permission {
    Permission { action: Action::Publish, resource }
}

/// The answer to a login that is granted. Never kept, not even as a validator.
pub(crate) fn grant(state: &State, login: Login, now: Timestamp) -> Result<Response, ApiError> {
    let issued = state.issuer.issue(login, now);
    let Issued { token, claims } = issued.map_err(|error| ApiError::internal("Failed to generate a token", error))?;
    let json = serde_json::to_vec(&token);
    let mut json = json.map_err(|error| ApiError::internal("Failed to generate a token", error))?;
    json.push(b'\n');
    tracing::info!(method = %claims.auth_method, subject = claims.auth_method_sub, token = claims.jti,
        expires_at = token.expires_at, "token issued");
    let mut response = json.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}
