//! The OpenAPI document, as it is checked in.

use axum::response::Response;
use http::{HeaderValue, header};
use registry::cache::CachePolicy;
use registry::edge;

const JSON: &[u8] = include_bytes!("../../../docs/openapi.json");
const YAML: &[u8] = include_bytes!("../../../docs/openapi.yaml");

/// The description of this API, as JSON.
#[utoipa::path(get, path = "/openapi.json", tag = "service",
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/openapi+json")))]
pub(crate) async fn openapi_json() -> Response {
    answer(JSON, HeaderValue::from_static("application/openapi+json"))
}

/// The description of this API, as YAML. Registries that read from others ask for it before they do.
#[utoipa::path(get, path = "/openapi.yaml", tag = "service",
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/openapi+yaml")))]
pub(crate) async fn openapi_yaml() -> Response {
    answer(YAML, HeaderValue::from_static("application/openapi+yaml"))
}

fn answer(document: &[u8], kind: HeaderValue) -> Response {
    let mut response = edge::json(document.to_vec(), CachePolicy::Document);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
