//! `GET /verify-domain`

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use registry::edge::ClientAddress;
use registry::error::{ApiError, TokenErrors};
use registry::time::Timestamp;
use registry_domain::ClaimBody;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer;

/// Somebody's claims.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DomainClaims)]
pub(crate) struct Claims {
    /// The claims, by domain.
    domains: Vec<ClaimBody>,
}

/// All domains that the caller has claimed, and how each claim stands.
#[utoipa::path(
    get,
    path = "/verify-domain",
    tag = "domains",
    security(("bearer" = [])),
    responses((status = 200, body = Claims), TokenErrors),
)]
pub(crate) async fn list_claims(
    State(state): State<crate::State>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let caller = state.caller(&headers, address.map(|Extension(address)| address))?;
    let now = Timestamp::now();
    let claims = state.domains.of(&caller.identity, now).await.map_err(ApiError::unavailable)?;
    answer::json(&Claims { domains: claims.iter().map(|claim| ClaimBody::new(claim, now)).collect() })
}
