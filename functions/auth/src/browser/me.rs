//! `GET /auth/me`

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, header};
use registry::error::{ApiError, TokenErrors};
use registry::identity::{Identity, Namespace};
use registry::time::Timestamp;
use registry_auth::{AuthMethod, Permission};
use registry_domain::ClaimBody;
use serde::Serialize;
use utoipa::ToSchema;

use crate::namespaces::{Handle, Invitation, Membership};

/// Whose a token is, and what they have here.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Me {
    /// The stable name; tokens from before there were such names have none.
    #[schema(value_type = Option<String>, example = "github:583231")]
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<Identity>,
    /// How they proved who they are.
    #[schema(value_type = String, example = "github-at")]
    method: AuthMethod,
    /// Who they are, in terms of the method.
    #[schema(example = "octocat")]
    subject: String,
    /// The id of the token, as the audit trail has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_id: Option<String>,
    /// When the token ends.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// What the token allows.
    #[schema(value_type = Vec<Object>)]
    permissions: Vec<Permission>,
    /// Namespaces that the login itself proved to be theirs.
    #[schema(value_type = Vec<String>)]
    owns: Vec<Namespace>,
    /// Whether they may change every server.
    administrator: bool,
    /// Domains that they claim, proved or not.
    domains: Vec<ClaimBody>,
    /// Namespaces that they are a member of.
    memberships: Vec<Membership>,
    /// Namespaces that they are invited to.
    invitations: Vec<Invitation>,
}

/// Who am I: whose the token is, and what they have here. What the table says is read at this moment.
#[utoipa::path(
    get,
    path = "/auth/me",
    tag = "auth",
    security(("bearer" = [])),
    responses((status = 200, body = Me), TokenErrors)
)]
pub(crate) async fn me(State(state): State<crate::State>, headers: HeaderMap) -> Result<Response, ApiError> {
    let claims = state.claims(&headers)?;
    let now = Timestamp::now();
    let (tables, handles) = (&state.tables, Handle::of(&claims));
    let of_identity = async {
        let Some(identity) = claims.identity() else { return Ok(Default::default()) };
        tokio::try_join!(tables.domains.of(identity, now), tables.namespaces.memberships(identity))
    };
    let read = tokio::try_join!(of_identity, tables.namespaces.invitations(&handles, now));
    let ((domains, memberships), invitations) = read.map_err(ApiError::unavailable)?;
    let expires_at = claims.exp.checked_mul(1_000_000).and_then(Timestamp::from_micros).unwrap_or(now);
    let me = Me {
        administrator: claims.is_administrator(),
        identity: claims.sub,
        method: claims.auth_method,
        subject: claims.auth_method_sub,
        token_id: claims.jti,
        expires_at,
        permissions: claims.permissions,
        owns: claims.owns,
        domains: domains.iter().map(|claim| ClaimBody::new(claim, now)).collect(),
        memberships,
        invitations,
    };
    let json = serde_json::to_vec(&me).map_err(|error| ApiError::internal("Failed to answer", error))?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], json).into_response())
}
