//! `PUT /servers/{serverName}/versions/{version}`

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use http::Request;
use registry::cache::CachePolicy;
use registry::edge::{self, JsonRequest};
use registry::error::{ApiError, BodyErrors, LimitErrors, Problem, TokenErrors};
use registry::limits;
use registry::model::{ServerJson, ServerName, ServerResponse, ServerVersion, Status};
use registry::store::AuditEvent;
use registry_auth::well_formed;
use registry_validate::structure;

use crate::access::may_edit;
use crate::caller::{Asked, Caller};
use crate::change::{Draft, Outcome};
use crate::publish::parsed;

/// What goes wrong is told under this text.
const DETAIL: &str = "Failed to edit server";

/// Replaces the document of a version. Name and version stay, and so does its status.
#[utoipa::path(
    put,
    path = "/servers/{serverName}/versions/{version}",
    tag = "publish",
    params(
        ("serverName" = String, Path, description = "server name, its slash escaped as %2F"),
        ("version" = String, Path, description = "exact version"),
    ),
    request_body = ServerJson,
    security(("bearer" = [])),
    responses(
        (status = 200, body = ServerResponse),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        BodyErrors,
        TokenErrors,
        LimitErrors,
    )
)]
pub(crate) async fn edit_version(
    State(state): State<crate::State>,
    Path((name, version)): Path<(String, String)>,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    let JsonRequest { headers, address, body } = JsonRequest::read(request, limits::REQUEST_BYTES).await?;
    let document = well_formed(&headers, structure(&body))?;
    let caller = state.caller(&headers, Asked::of_version(AuditEvent::Edit, address, &name, &version)).await?;
    let outcome = state.edit(&caller, &name, &version, &document).await;
    let outcome = state.noted(&caller, outcome).await?;
    Ok(edge::json(outcome.render(), CachePolicy::NoStore))
}

impl crate::State {
    async fn edit(
        &self,
        caller: &Caller,
        name: &str,
        version: &str,
        document: &ServerJson,
    ) -> Result<Outcome, ApiError> {
        let claims = &caller.claims;
        let (name, version) = self.stored(name, version).await?;
        may_edit(claims, name.as_str())?;
        self.policy.check(claims, name.as_str())?;
        if document.name != name.as_str() {
            return Err(ApiError::bad_request("Cannot rename server"));
        }
        if document.version != version.as_str() {
            return Err(ApiError::bad_request("Version in request body must match URL path parameter"));
        }
        parsed(document, DETAIL)?;
        let draft = Draft::new(name, version, document, claims, DETAIL)?;
        self.check_ownership(&draft.name, document, DETAIL).await?;
        let outcome = self.change(caller, &draft.name, || draft.edit(self, caller, DETAIL)).await?;
        let (server, version) = (draft.name.as_str(), draft.version.as_str());
        tracing::info!(server, version, method = %claims.auth_method, subject = claims.auth_method_sub, "edited");
        Ok(outcome)
    }

    /// A version that is there and not deleted: whoever asks for another hears so before anything of permissions.
    async fn stored(&self, name: &str, version: &str) -> Result<(ServerName, ServerVersion), ApiError> {
        let (Ok(name), Ok(version)) = (name.parse(), version.parse()) else { return Err(ApiError::server_not_found()) };
        let stored = self.table.version(&name, &version).await.map_err(ApiError::unavailable)?;
        match stored {
            Some(stored) if stored.state.status != Status::Deleted => Ok((name, version)),
            _ => Err(ApiError::server_not_found()),
        }
    }
}
