//! Answers of handlers.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, Uri, header};
use xxhash_rust::xxh3::xxh3_128;

use super::cors;
use crate::cache::{CachePolicy, Cdn};
use crate::error::ApiError;

/// A JSON answer with a strong ETag, made of the body's hash, and a cache policy.
#[must_use]
pub fn json(body: Vec<u8>, policy: CachePolicy) -> Response {
    let etag = etag(&body);
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(etag) = etag {
        headers.insert(header::ETAG, etag);
    }
    response.extensions_mut().insert(policy);
    response
}

/// The strong ETag of a body.
pub(crate) fn etag(body: &[u8]) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("\"{:032x}\"", xxh3_128(body))).ok()
}

/// An error answer for whoever stands outside the edge, with the headers that the edge gives.
#[must_use]
pub fn problem(error: ApiError, has_origin: bool) -> Response {
    let mut response = error.into_response();
    CachePolicy::apply(&mut response, Cdn::default());
    cors::apply(has_origin, &mut response);
    response
}

/// The answer to an unknown path, and to a method that a path does not have: 404, with the official registry's text,
/// key order and missing newline.
pub async fn not_found(uri: Uri) -> Response {
    let path = uri.path();
    let hint = if path.starts_with("/v0/") || path.starts_with("/v0.1/") || path == "/" {
        "See /docs for the API documentation.".to_owned()
    } else {
        // The path is the client's own; it comes back inside a JSON string and nowhere else.
        format!("Did you mean '/v0.1{path}' or '/v0{path}'? See /docs for the API documentation.")
    };
    let detail = serde_json::Value::from(format!("Endpoint not found. {hint}"));
    let body = format!(r#"{{"detail":{detail},"status":404,"title":"Not Found"}}"#);
    let mut response = (StatusCode::NOT_FOUND, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
