//! The files of a mirror, for other mirrors: snapshot document, keys, exports and changes, as the registry has them.

use std::io::ErrorKind;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use berth_mirror::{History, paths};
use http::{HeaderValue, Method, StatusCode, Uri, header};
use registry::cache::CachePolicy;
use registry::edge::{self, Query};
use registry::error::ApiError;
use registry::snapshot::FileKey;

/// The routes of files; `/v0.1/x/dev.berth/snapshot` is [`before`] the routes of the catalogue, which has one of its own.
pub(super) fn routes(history: Arc<History>) -> Router {
    Router::new()
        .route("/exports/{hash}/{name}", get(file))
        .route("/changes/{hash}/{name}", get(file))
        .route("/.well-known/jwks.json", get(keys))
        .with_state(history)
}

/// Puts what a mirror answers otherwise before `routes`: the snapshot is the registry's own, with its signature, and changes
/// from before the export are in no log.
pub(super) fn before(routes: Router, history: Arc<History>) -> Router {
    routes.layer(from_fn_with_state(history, answer))
}

async fn answer(State(history): State<Arc<History>>, request: Request, next: Next) -> Response {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return next.run(request).await;
    }
    match request.uri().path() {
        "/v0.1/x/dev.berth/snapshot" => document(&history, paths::SNAPSHOT, "snapshot").await.into_response(),
        "/v0.1/x/dev.berth/changes" => {
            let since = Query::parse(request.uri().query().unwrap_or_default()).get("since").map(str::to_owned);
            let since = since.map_or(Some(0), |since| since.parse().ok());
            match (since, history.now()) {
                (Some(since), Ok(now)) if since < now.since => gone(since, now.since).into_response(),
                _ => next.run(request).await,
            }
        }
        _ => next.run(request).await,
    }
}

fn gone(since: u64, first: u64) -> ApiError {
    let detail = format!(
        "This is a mirror, which has the changes after {first} alone; whoever is at {since} begins again from \
         /v0.1/x/dev.berth/snapshot."
    );
    ApiError::new(StatusCode::GONE, detail)
}

async fn keys(State(history): State<Arc<History>>) -> Result<Response, ApiError> {
    document(&history, paths::KEYS, "key set").await
}

async fn document(history: &History, path: &str, what: &str) -> Result<Response, ApiError> {
    match tokio::fs::read(history.directory().path(path)).await {
        Ok(body) => Ok(edge::json(body, CachePolicy::Catalogue)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(ApiError::not_found(format!("This mirror has no {what}")))
        }
        Err(error) => Err(ApiError::unavailable(error)),
    }
}

/// A file by its key; nothing else of the directory can be named.
async fn file(State(history): State<Arc<History>>, uri: Uri) -> Result<Response, ApiError> {
    let not_found =
        || ApiError::not_found("This mirror has no such file; /v0.1/x/dev.berth/snapshot names those it has");
    let key = uri.path().strip_prefix('/').and_then(|key| key.parse::<FileKey>().ok()).ok_or_else(not_found)?;
    let bytes = match tokio::fs::read(history.directory().file(&key)).await {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(not_found()),
        Err(error) => return Err(ApiError::unavailable(error)),
    };
    let mut response = Body::from(bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(key.content_type()));
    if let Some(encoding) = key.content_encoding() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response.extensions_mut().insert(CachePolicy::Document);
    Ok(response)
}
