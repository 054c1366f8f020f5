//! `POST /publish`

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::Request;
use registry::cache::CachePolicy;
use registry::edge::{self, JsonRequest};
use registry::error::{ApiError, BodyErrors, LimitErrors, TokenErrors};
use registry::limits;
use registry::model::{ServerJson, ServerName, ServerResponse, ServerVersion};
use registry::store::AuditEvent;
use registry::time::Timestamp;
use registry_auth::well_formed;
use registry_validate::{Issue, semantic, structure};

use crate::access::may_publish;
use crate::caller::{Asked, Caller};
use crate::change::{Draft, Outcome};

/// What goes wrong is told under this text.
const DETAIL: &str = "Failed to publish server";

/// Publishes a new version of a server.
///
/// The same publish again, by the same publisher within ten minutes, is answered with the stored version.
#[utoipa::path(
    post,
    path = "/publish",
    tag = "publish",
    request_body = ServerJson,
    security(("bearer" = [])),
    responses(
        (status = 200, body = ServerResponse),
        BodyErrors,
        TokenErrors,
        LimitErrors,
    )
)]
pub(crate) async fn publish_server(
    State(state): State<crate::State>,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    let JsonRequest { headers, address, body } = JsonRequest::read(request, limits::REQUEST_BYTES).await?;
    let document = well_formed(&headers, structure(&body))?;
    let asked = Asked::of_version(AuditEvent::Publish, address, &document.name, &document.version);
    let caller = state.caller(&headers, asked).await?;
    let outcome = state.publish(&caller, &document).await;
    let outcome = state.noted(&caller, outcome).await?;
    Ok(edge::json(outcome.render(), CachePolicy::NoStore))
}

/// Name and version of a document that passes the semantic validators.
///
/// # Errors
/// 422 that sends the publisher to `/validate`.
pub(crate) fn parsed(document: &ServerJson, detail: &str) -> Result<(ServerName, ServerVersion), ApiError> {
    let invalid = || {
        let detail = format!("{detail}, invalid schema: call /validate for details");
        ApiError::new(http::StatusCode::UNPROCESSABLE_ENTITY, detail)
    };
    if semantic(document).iter().any(Issue::is_error) {
        return Err(invalid());
    }
    Ok((document.name.parse().map_err(|_| invalid())?, document.version.parse().map_err(|_| invalid())?))
}

impl crate::State {
    async fn publish(&self, caller: &Caller, document: &ServerJson) -> Result<Outcome, ApiError> {
        let claims = &caller.claims;
        may_publish(claims, &document.name)?;
        self.policy.check(claims, &document.name)?;
        let (name, version) = parsed(document, DETAIL)?;
        let draft = Draft::new(name, version, document, claims, DETAIL)?;
        if !self.is_repeat(&draft, document).await? {
            self.check_ownership(&draft.name, document, DETAIL).await?;
        }
        let outcome = self.change(caller, &draft.name, || draft.publish(self, caller, DETAIL)).await?;
        let (server, version) = (draft.name.as_str(), draft.version.as_str());
        tracing::info!(server, version, method = %claims.auth_method, subject = claims.auth_method_sub, "published");
        for warning in &outcome.warnings {
            tracing::warn!(server, warning, "a new name looks like another");
        }
        Ok(outcome)
    }

    /// Whether the draft was published by this very request before: then its packages were checked too.
    async fn is_repeat(&self, draft: &Draft, document: &ServerJson) -> Result<bool, ApiError> {
        if self.ownership.is_none() || document.packages.is_empty() {
            return Ok(false);
        }
        let stored = self.table.version(&draft.name, &draft.version).await.map_err(ApiError::unavailable)?;
        Ok(stored.is_some_and(|stored| draft.is_repeat_of(&stored, Timestamp::now())))
    }

    /// Asks the package registries whether the packages are the publisher's.
    ///
    /// # Errors
    /// 400 that names the first package which is not, or which cannot be asked about.
    pub(crate) async fn check_ownership(
        &self,
        name: &ServerName,
        document: &ServerJson,
        detail: &'static str,
    ) -> Result<(), ApiError> {
        let Some(ownership) = &self.ownership else { return Ok(()) };
        let checked = ownership.check(name, &document.packages).await;
        checked.map_err(|error| ApiError::bad_request(detail).because(error.to_string()))
    }
}
