//! Health, readiness, ping and version.

use std::sync::Arc;

use axum::extract;
use axum::response::Response;
use registry::cache::CachePolicy;
use registry::edge;
use registry::error::{ApiError, Problem};
use serde::Serialize;
use utoipa::ToSchema;

use crate::State;

/// Whether the process answers.
#[derive(Serialize, ToSchema)]
#[schema(as = HealthBody)]
pub(crate) struct Health {
    /// Always `ok`.
    status: &'static str,
    /// The client id with which people log in at GitHub; the official command asks for it here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    github_client_id: Option<Arc<str>>,
}

/// An answer to a ping.
#[derive(Serialize, ToSchema)]
#[schema(as = PingBody)]
pub(crate) struct Ping {
    /// Always true.
    pong: bool,
}

/// What answers.
#[derive(Serialize, ToSchema)]
#[schema(as = VersionBody)]
pub(crate) struct Version {
    /// Version of Berth.
    version: &'static str,
    /// Commit that it was built from.
    git_commit: &'static str,
    /// When it was built.
    build_time: &'static str,
}

/// Says that the process answers. Touches no store.
#[utoipa::path(get, path = "/health", tag = "service", responses((status = 200, body = Health)))]
pub(crate) async fn health(extract::State(state): extract::State<State>) -> Response {
    answer(&Health { status: "ok", github_client_id: state.github_client_id })
}

/// Says that the registry can answer reads: table and snapshot were reached.
#[utoipa::path(get, path = "/readiness", tag = "service",
    responses((status = 200, body = Health), (status = 503, body = Problem)))]
pub(crate) async fn readiness(extract::State(state): extract::State<State>) -> Result<Response, ApiError> {
    state.catalogue.view().await?;
    Ok(answer(&Health { status: "ok", github_client_id: None }))
}

/// Answers.
#[utoipa::path(get, path = "/ping", tag = "service", responses((status = 200, body = Ping)))]
pub(crate) async fn ping() -> Response {
    answer(&Ping { pong: true })
}

/// Says which build answers.
#[utoipa::path(get, path = "/version", tag = "service", responses((status = 200, body = Version)))]
pub(crate) async fn version(extract::State(state): extract::State<State>) -> Response {
    let build = state.build;
    answer(&Version { version: build.version, git_commit: build.git_commit, build_time: build.build_time })
}

fn answer(body: &impl Serialize) -> Response {
    let mut json = serde_json::to_vec(body).unwrap_or_default();
    json.push(b'\n');
    edge::json(json, CachePolicy::NoStore)
}
