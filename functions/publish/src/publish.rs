//! `POST /publish`

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::Request;
use registry::cache::CachePolicy;
use registry::edge::{self, JsonRequest};
use registry::error::{ApiError, BodyErrors, TokenErrors};
use registry::limits;
use registry::model::{ServerJson, ServerName, ServerResponse, ServerVersion};
use registry::time::Timestamp;
use registry_validate::{Issue, semantic, structure};

use crate::access::{may_publish, well_formed};
use crate::change::Draft;

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
    )
)]
pub(crate) async fn publish_server(
    State(state): State<crate::State>,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    let JsonRequest { headers, body, .. } = JsonRequest::read(request, limits::REQUEST_BYTES).await?;
    let document = well_formed(&headers, structure(&body))?;
    let claims = state.claims(&headers)?;
    may_publish(&claims, &document.name)?;
    let (name, version) = parsed(&document, DETAIL)?;
    let draft = Draft::new(name, version, &document, &claims, DETAIL)?;
    if !state.is_repeat(&draft, &document).await? {
        state.check_ownership(&draft.name, &document, DETAIL).await?;
    }
    let outcome = state.change(&draft.name, || draft.publish(&state.table, DETAIL)).await?;
    tracing::info!(server = %draft.name, version = %draft.version, method = %claims.auth_method,
        subject = claims.auth_method_sub, "published");
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
