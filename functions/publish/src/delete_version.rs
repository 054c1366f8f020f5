//! `DELETE /servers/{serverName}/versions/{version}`

use axum::extract::{Path, State};
use axum::response::Response;
use http::HeaderMap;
use registry::cache::CachePolicy;
use registry::edge;
use registry::error::{ApiError, Problem, TokenErrors};
use registry::model::{ServerResponse, Status};

use crate::access::well_formed;
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
    )
)]
pub(crate) async fn delete_version(
    State(state): State<crate::State>,
    Path((name, version)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    well_formed(&headers, Ok(()))?;
    let claims = state.claims(&headers)?;
    let update = StatusUpdate { status: Status::Deleted, status_message: None };
    let outcome =
        state.set_status(&name, &version, &claims, &update, |stored| stored.status == Status::Deleted).await?;
    Ok(edge::json(outcome.render(), CachePolicy::NoStore))
}
