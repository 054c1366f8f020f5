//! `POST /validate`

use axum::body::Body;
use axum::response::Response;
use http::Request;
use registry::cache::CachePolicy;
use registry::edge::{self, JsonRequest};
use registry::error::{ApiError, BodyErrors};
use registry::limits;
use registry::model::ServerJson;
use registry_validate::{ValidationResult, structure, validate};

/// Checks a document without publishing it, and lists all that is wrong with it at once.
///
/// Neither ownership of packages nor remote URLs, duplicates or permissions are looked at; no token is needed.
#[utoipa::path(
    post,
    path = "/validate",
    tag = "publish",
    request_body = ServerJson,
    responses(
        (status = 200, body = ValidationResult),
        BodyErrors,
    )
)]
pub(crate) async fn validate_server(request: Request<Body>) -> Result<Response, ApiError> {
    let JsonRequest { body, .. } = JsonRequest::read(request, limits::REQUEST_BYTES).await?;
    let document = structure(&body).map_err(ApiError::validation)?;
    let mut answer = serde_json::to_vec(&validate(&document)).unwrap_or_default();
    answer.push(b'\n');
    Ok(edge::json(answer, CachePolicy::NoStore))
}
