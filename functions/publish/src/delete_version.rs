//! `DELETE /servers/{serverName}/versions/{version}`

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::HeaderMap;
use registry::cache::CachePolicy;
use registry::edge::{self, ClientAddress};
use registry::error::{ApiError, LimitErrors, Problem, TokenErrors};
use registry::model::{ServerResponse, Status, VersionState};
use registry::store::AuditEvent;
use registry_auth::well_formed;

use crate::caller::Asked;
use crate::change::StatusUpdate;

/// Deletes a version: its status becomes `deleted`, its number stays taken, and it can be restored.
///
/// Deleting it once more changes nothing and is no error.
#[utoipa::path(
    delete,
    path = "/servers/{serverName}/versions/{version}",
    tag = "publish",
    params(
        ("serverName" = String, Path, description = "server name, its slash escaped as %2F"),
        ("version" = String, Path, description = "exact version"),
    ),
    security(("bearer" = [])),
    responses(
        (status = 200, body = ServerResponse),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        TokenErrors,
        LimitErrors,
    )
)]
pub(crate) async fn delete_version(
    State(state): State<crate::State>,
    Path((name, version)): Path<(String, String)>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    well_formed(&headers, Ok(()))?;
    let address = address.map(|Extension(address)| address);
    let caller = state.caller(&headers, Asked::of_version(AuditEvent::Delete, address, &name, &version)).await?;
    let update = StatusUpdate { status: Status::Deleted, status_message: None };
    let is_done = |stored: &VersionState| stored.status == Status::Deleted;
    let outcome = state.set_status(&name, &version, &caller, &update, is_done).await;
    let outcome = state.noted(&caller, outcome).await?;
    Ok(edge::json(outcome.render(), CachePolicy::NoStore))
}
