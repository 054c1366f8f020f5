//! Claims and refusals, as they are answered.

use axum::response::Response;
use http::StatusCode;
use registry::cache::CachePolicy;
use registry::edge;
use registry::error::{ApiError, ErrorDetail};
use registry::time::Timestamp;
use registry_domain::{Claim, ClaimBody, DomainsError};
use serde::Serialize;

/// The detail of the answer to a look that found no proof.
pub(crate) const NOT_PROVED: &str = "The domain is not proved";

/// A claim.
///
/// # Errors
/// Never, as a claim has no value that JSON cannot hold.
pub(crate) fn claim(claim: &Claim) -> Result<Response, ApiError> {
    json(&ClaimBody::new(claim, Timestamp::now()))
}

/// Anything as JSON that nobody keeps.
///
/// # Errors
/// When JSON cannot hold it.
pub(crate) fn json(value: &impl Serialize) -> Result<Response, ApiError> {
    let json = serde_json::to_vec(value);
    let mut json = json.map_err(|error| ApiError::internal("Failed to write the answer", error))?;
    json.push(b'\n');
    Ok(edge::json(json, CachePolicy::NoStore))
}

/// What each one saw, who were asked for a proof.
pub(crate) fn not_proved(saw: Vec<String>) -> ApiError {
    let detail = |message| ErrorDetail { message, location: None, value: None };
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, NOT_PROVED).with_errors(saw.into_iter().map(detail).collect())
}

/// Why a claim was not changed.
pub(crate) fn refusal(error: DomainsError) -> ApiError {
    match error {
        DomainsError::TooMany(exceeded) => ApiError::too_many(&exceeded),
        DomainsError::Unclaimed(_) => ApiError::not_found("Domain claim not found").because(error.to_string()),
        DomainsError::Held(message) => {
            ApiError::new(StatusCode::CONFLICT, "The domain is held by somebody else").because(message)
        }
        DomainsError::Busy | DomainsError::Store(_) => ApiError::unavailable(error),
    }
}
