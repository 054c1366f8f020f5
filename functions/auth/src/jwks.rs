//! `GET /.well-known/jwks.json`

use axum::extract::State;
use axum::response::Response;
use registry::cache::CachePolicy;
use registry::edge;
use registry_auth::VerifyingKeys;

/// The public keys of the registry's tokens, as a JWK set (RFC 7517).
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "auth", responses((status = 200, body = serde_json::Value)))]
pub(crate) async fn jwks(State(state): State<crate::State>) -> Response {
    edge::json(VerifyingKeys::from(state.issuer.keys()).jwks(), CachePolicy::Document)
}
