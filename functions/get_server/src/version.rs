//! `GET /servers/{serverName}/versions/{version}`

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use registry::cache::CachePolicy;
use registry::edge;
use registry::error::{ApiError, Problem};
use registry::model::{LATEST_ALIAS, ServerResponse, Status};

use crate::versions::include_deleted;

/// One version of a server; `latest` is the one that carries the latest flag.
#[utoipa::path(
    get,
    path = "/servers/{serverName}/versions/{version}",
    tag = "servers",
    params(
        ("serverName" = String, Path, description = "server name, its slash escaped as %2F"),
        ("version" = String, Path, description = "exact version, or `latest`"),
        ("include_deleted" = Option<bool>, Query, description = "whether a deleted version is answered"),
    ),
    responses(
        (status = 200, body = ServerResponse),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_version(
    State(state): State<crate::State>,
    Path((name, version)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let include_deleted = include_deleted(query.as_deref())?;
    let view = state.catalogue.view().await?;
    let server = view.server(&name).ok_or_else(ApiError::server_not_found)?;
    let wants_latest = version == LATEST_ALIAS;
    let entry = server
        .entries()
        .find(|entry| if wants_latest { entry.is_latest } else { entry.version == version })
        .filter(|entry| include_deleted || entry.status != Status::Deleted)
        .ok_or_else(ApiError::server_not_found)?;
    let mut body = Vec::with_capacity(4096);
    view.append_json(&[entry], &mut body).await?;
    body.push(b'\n');
    let policy = if wants_latest { CachePolicy::Catalogue } else { CachePolicy::Version };
    Ok(edge::at_serial(edge::json(body, policy), view.serial()))
}
