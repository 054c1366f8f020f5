//! `PATCH /servers/{serverName}/status`

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use http::Request;
use registry::cache::CachePolicy;
use registry::edge::{self, JsonRequest};
use registry::error::{ApiError, BodyErrors, LimitErrors, Problem, TokenErrors};
use registry::limits;
use registry::model::{ServerName, ServerResponse, ServerVersion, VersionState};
use registry::store::{AuditEvent, ServerChange, ServerState, batches, pause};
use registry_auth::well_formed;
use utoipa::ToSchema;

use crate::access::may_change_status;
use crate::caller::{Asked, Caller};
use crate::change::{Refusal, StatusUpdate, read_server, too_busy};
use crate::version_status::DETAIL;

const MISSING: &str = "Server not found";

/// All versions of a server after a change of all. Put together from stored bytes; this type describes it.
#[derive(Debug, ToSchema)]
#[schema(as = AllVersionsStatusResponse, rename_all = "camelCase")]
#[expect(dead_code, reason = "for the OpenAPI document")]
pub(crate) struct UpdatedServers {
    /// How many versions there are, those included that had the status before.
    updated_count: usize,
    /// All versions, the newest publication first.
    servers: Vec<ServerResponse>,
}

/// Sets the status of all versions of a server.
#[utoipa::path(
    patch,
    path = "/servers/{serverName}/status",
    tag = "publish",
    params(("serverName" = String, Path, description = "server name, its slash escaped as %2F")),
    request_body = StatusUpdate,
    security(("bearer" = [])),
    responses(
        (status = 200, body = UpdatedServers),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        BodyErrors,
        TokenErrors,
        LimitErrors,
    )
)]
pub(crate) async fn update_server_status(
    State(state): State<crate::State>,
    Path(name): Path<String>,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    let JsonRequest { headers, address, body } = JsonRequest::read(request, limits::REQUEST_BYTES).await?;
    let update = well_formed(&headers, StatusUpdate::parse(&body))?;
    let asked = Asked::of_server(AuditEvent::Status, address, &name).saying(&update.to_string());
    let caller = state.caller(&headers, asked).await?;
    let server = state.set_all(&name, &caller, &update).await;
    let server = state.noted(&caller, server).await?;
    Ok(edge::json(render(&server), CachePolicy::NoStore))
}

impl crate::State {
    /// One transaction where all fits one, and else several: each is whole, and the same request goes on where it stopped.
    /// The first has the record of the audit trail.
    async fn set_all(&self, name: &str, caller: &Caller, update: &StatusUpdate) -> Result<ServerState, ApiError> {
        let Ok(name) = name.parse::<ServerName>() else { return Err(ApiError::not_found(MISSING)) };
        let (name, claims) = (&name, &caller.claims);
        let _turn = self.names.turn(name).await;
        let mut is_begun = false;
        for attempt in 0..limits::DECISION_ATTEMPTS {
            let server = read_server(&self.table, name, MISSING).await?;
            may_change_status(claims, name.as_str())?;
            update.check().map_err(|refusal| refusal.during(DETAIL))?;
            self.count(caller, false).await?;
            let change = update.change(&self.table, name, server.clone(), |_| true, DETAIL).await?;
            let Some(mut change) = change else {
                // What an earlier round of this request committed is a change.
                return if is_begun { Ok(server) } else { Err(Refusal::NoChanges.during(DETAIL)) };
            };
            if !is_begun {
                change.audit = self.trail.actions(&caller.done(&[])).map_err(ApiError::unavailable)?;
            }
            let mut after = server;
            after.latest = change.latest.clone();
            let written = change.versions.iter().map(|version| (version.version.clone(), version.state.clone()));
            after.versions.extend(written);
            if self.commit_all(change, &mut is_begun).await? {
                tracing::info!(server = name.as_str(), status = %update.status, method = %claims.auth_method,
                    subject = claims.auth_method_sub, "status of all versions set");
                return Ok(after);
            }
            pause(attempt).await;
        }
        Err(too_busy())
    }

    /// Whether all of the change is committed; `begun` tells whether any of it is.
    async fn commit_all(&self, change: ServerChange, begun: &mut bool) -> Result<bool, ApiError> {
        let mut before = change.before.clone();
        for part in batches(vec![change]).into_iter().flatten() {
            let part = ServerChange { before: before.take(), ..part };
            match self.commit(&part).await? {
                Some(head) => (before, *begun) = (Some(head), true),
                None => return Ok(false),
            }
        }
        Ok(true)
    }
}

fn render(server: &ServerState) -> Vec<u8> {
    let mut versions: Vec<(&ServerVersion, &VersionState)> = server.versions.iter().collect();
    versions.sort_by_key(|(_, state)| std::cmp::Reverse(state.published_at));
    let mut body = format!("{{\"updatedCount\":{},\"servers\":[", versions.len());
    for (place, (version, state)) in versions.into_iter().enumerate() {
        if place > 0 {
            body.push(',');
        }
        body.push_str(&state.render(*version == server.latest));
    }
    body.push_str("]}\n");
    body.into_bytes()
}
