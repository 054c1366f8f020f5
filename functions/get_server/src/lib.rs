//! Reads one server: its versions, and one version. Reads only.

mod version;
mod versions;

use std::sync::Arc;

use axum::Router;
use registry::catalogue::Catalogue;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What the routes need: the catalogue, and no way to write.
#[derive(Clone, Debug)]
pub struct State {
    /// The catalogue.
    pub catalogue: Arc<Catalogue>,
}

/// The routes with their OpenAPI document.
pub fn documented(state: State) -> OpenApiRouter {
    let versioned =
        || OpenApiRouter::new().routes(routes!(versions::list_versions)).routes(routes!(version::get_version));
    OpenApiRouter::new().nest("/v0", versioned()).nest("/v0.1", versioned()).with_state(state)
}

/// The routes.
pub fn router(state: State) -> Router {
    documented(state).into()
}
