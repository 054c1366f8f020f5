//! `PATCH /servers/{serverName}/versions/{version}/status`

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use http::Request;
use registry::cache::CachePolicy;
use registry::edge::{self, JsonRequest};
use registry::error::{ApiError, BodyErrors, Problem, TokenErrors};
use registry::limits;
use registry::model::{ServerName, ServerResponse, ServerVersion, VersionState};
use registry_auth::Claims;

use crate::access::{may_change_status, well_formed};
use crate::change::{Decision, Outcome, Refusal, StatusUpdate, read_server};

/// What goes wrong is told under this text.
pub(crate) const DETAIL: &str = "Failed to update server status";
const MISSING: &str = "Server version not found";

/// Sets the status of one version: active, deprecated or deleted, from any to any.
#[utoipa::path(
    patch,
    path = "/servers/{serverName}/versions/{version}/status",
    tag = "publish",
    params(
        ("serverName" = String, Path, description = "server name, its slash escaped as %2F"),
        ("version" = String, Path, description = "exact version"),
    ),
    request_body = StatusUpdate,
    security(("bearer" = [])),
    responses(
        (status = 200, body = ServerResponse),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        BodyErrors,
        TokenErrors,
    )
)]
pub(crate) async fn update_version_status(
    State(state): State<crate::State>,
    Path((name, version)): Path<(String, String)>,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    let JsonRequest { headers, body, .. } = JsonRequest::read(request, limits::REQUEST_BYTES).await?;
    let update = well_formed(&headers, StatusUpdate::parse(&body))?;
    let claims = state.claims(&headers)?;
    let outcome = state.set_status(&name, &version, &claims, &update, |_| false).await?;
    Ok(edge::json(outcome.render(), CachePolicy::NoStore))
}

impl crate::State {
    /// Sets the status of one version, unless it `is_done`.
    ///
    /// # Errors
    /// In the official order: 404, 403, 400.
    pub(crate) async fn set_status(
        &self,
        name: &str,
        version: &str,
        claims: &Claims,
        update: &StatusUpdate,
        is_done: fn(&VersionState) -> bool,
    ) -> Result<Outcome, ApiError> {
        let (Ok(name), Ok(version)) = (name.parse::<ServerName>(), version.parse::<ServerVersion>()) else {
            return Err(ApiError::not_found(MISSING));
        };
        let decide = || async {
            let server = read_server(&self.table, &name, MISSING).await?;
            let Some(stored) = server.versions.get(&version).cloned() else {
                return Err(ApiError::not_found(MISSING));
            };
            may_change_status(claims, name.as_str())?;
            update.check().map_err(|refusal| refusal.during(DETAIL))?;
            if is_done(&stored) {
                let is_latest = server.latest == version;
                return Ok(Decision::Done(Box::new(Outcome { state: stored, is_latest })));
            }
            let only = |other: &ServerVersion| *other == version;
            let change = update.change(&self.table, &name, server, only, DETAIL).await?;
            change.map(Decision::Commit).ok_or_else(|| Refusal::NoChange.during(DETAIL))
        };
        let outcome = self.change(&name, decide).await?;
        tracing::info!(server = %name, %version, status = %update.status, method = %claims.auth_method,
            subject = claims.auth_method_sub, "status set");
        Ok(outcome)
    }
}
