//! `GET /invitations`

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use registry::error::{ApiError, TokenErrors};
use registry::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{answer, caller};
use crate::namespaces::Invitation;

/// What somebody is invited to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InvitationList)]
pub(crate) struct Waiting {
    /// Open invitations.
    invitations: Vec<Invitation>,
}

/// The open invitations that are addressed to the caller.
#[utoipa::path(
    get,
    path = "/invitations",
    tag = "namespaces",
    security(("bearer" = [])),
    responses((status = 200, body = Waiting), TokenErrors)
)]
pub(crate) async fn list_invitations(
    State(state): State<crate::State>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (caller, ()) = caller(&state, &headers, None, Ok(()))?;
    caller.somebody()?;
    let invitations = state.tables.namespaces.invitations(&caller.handles, Timestamp::now()).await;
    answer(&Waiting { invitations: invitations.map_err(ApiError::unavailable)? })
}
