//! `GET /exports/…` and `GET /changes/…`: what CloudFront hands out straight from the bucket.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderValue, Uri, header};
use registry::cache::CachePolicy;
use registry::edge::not_found;
use registry::error::ApiError;
use registry::snapshot::{FileKey, Objects};

/// The routes. They are no part of the API: the functions do not have them.
pub(crate) fn routes(objects: Objects) -> Router {
    Router::new().route("/exports/{*file}", get(file)).route("/changes/{*file}", get(file)).with_state(objects)
}

async fn file(State(objects): State<Objects>, uri: Uri) -> Result<Response, ApiError> {
    // Whatever is written in another way than the key is no name of it: nothing is decoded here.
    let Some(Ok(key)) = uri.path().strip_prefix('/').map(str::parse::<FileKey>) else {
        return Ok(not_found(uri).await);
    };
    let Some(bytes) = objects.file(&key).await? else { return Ok(not_found(uri).await) };
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(key.content_type()));
    if let Some(encoding) = key.content_encoding() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    if let Ok(etag) = HeaderValue::from_str(&format!("\"{}\"", key.sha256())) {
        headers.insert(header::ETAG, etag);
    }
    response.extensions_mut().insert(CachePolicy::Immutable);
    Ok(response)
}
