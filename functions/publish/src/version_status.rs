//! `PATCH /servers/{serverName}/versions/{version}/status`

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use http::Request;
use registry::cache::CachePolicy;
use registry::edge::{self, JsonRequest};
use registry::error::{ApiError, BodyErrors, LimitErrors, Problem, TokenErrors};
use registry::limits;
use registry::model::{ServerName, ServerResponse, ServerVersion, VersionState};
use registry::store::AuditEvent;
use registry_auth::well_formed;

use crate::access::may_change_status;
use crate::caller::{Asked, Caller};
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
        LimitErrors,
    )
)]
pub(crate) async fn update_version_status(
    State(state): State<crate::State>,
    Path((name, version)): Path<(String, String)>,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    let JsonRequest { headers, address, body } = JsonRequest::read(request, limits::REQUEST_BYTES).await?;
    let update = well_formed(&headers, StatusUpdate::parse(&body))?;
    let asked = Asked::of_version(AuditEvent::Status, address, &name, &version).saying(&update.to_string());
    let caller = state.caller(&headers, asked).await?;
    let outcome = state.set_status(&name, &version, &caller, &update, |_| false).await;
    let outcome = state.noted(&caller, outcome).await?;
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
        caller: &Caller,
        update: &StatusUpdate,
        is_done: fn(&VersionState) -> bool,
    ) -> Result<Outcome, ApiError> {
        let (Ok(name), Ok(version)) = (name.parse::<ServerName>(), version.parse::<ServerVersion>()) else {
            return Err(ApiError::not_found(MISSING));
        };
        let claims = &caller.claims;
        let decide = || async {
            let server = read_server(&self.table, &name, MISSING).await?;
            let Some(stored) = server.versions.get(&version).cloned() else {
                return Err(ApiError::not_found(MISSING));
            };
            may_change_status(claims, name.as_str())?;
            update.check().map_err(|refusal| refusal.during(DETAIL))?;
            if is_done(&stored) {
                let is_latest = server.latest == version;
                return Ok(Decision::Done(Box::new(Outcome { state: stored, is_latest, warnings: Vec::new() })));
            }
            self.count(caller, false).await?;
            let only = |other: &ServerVersion| *other == version;
            let change = update.change(&self.table, &name, server, only, DETAIL).await?;
            let change = change.ok_or_else(|| Refusal::NoChange.during(DETAIL))?;
            Ok(Decision::Commit { change, warnings: Vec::new() })
        };
        let outcome = self.change(caller, &name, decide).await?;
        tracing::info!(server = name.as_str(), version = version.as_str(), status = %update.status,
            method = %claims.auth_method, subject = claims.auth_method_sub, "status set");
        Ok(outcome)
    }
}
