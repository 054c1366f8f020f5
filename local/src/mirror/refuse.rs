//! What a mirror says to whoever wants to change something there.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any, delete, post};
use http::{HeaderValue, StatusCode, header};
use registry::error::ApiError;

/// The routes of the API that are not for reading.
pub(super) fn routes(registry: Arc<str>) -> Router {
    let changes: MethodRouter<Arc<str>> = delete(refuse).put(refuse).patch(refuse);
    let mut router = Router::new();
    for prefix in ["/v0", "/v0.1"] {
        router = router
            .route(&format!("{prefix}/publish"), post(refuse))
            .route(&format!("{prefix}/validate"), post(refuse))
            .route(&format!("{prefix}/servers/{{serverName}}/versions/{{version}}"), changes.clone())
            .route(&format!("{prefix}/servers/{{serverName}}/versions/{{version}}/status"), changes.clone())
            .route(&format!("{prefix}/servers/{{serverName}}/status"), changes.clone());
        for rest in ["auth/{*rest}", "verify-domain", "verify-domain/{*rest}", "audit", "owners", "owners/{*rest}"] {
            router = router.route(&format!("{prefix}/{rest}"), any(refuse));
        }
    }
    router.with_state(registry)
}

async fn refuse(State(registry): State<Arc<str>>) -> Response {
    let detail = format!("This is a mirror, which is read only: log in and publish at {registry}");
    let mut response = ApiError::new(StatusCode::METHOD_NOT_ALLOWED, detail).into_response();
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS"));
    response
}
