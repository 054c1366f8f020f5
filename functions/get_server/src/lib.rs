//! Reads one server: its versions, and one version. Reads only.

mod version;
mod versions;

use std::sync::Arc;

use axum::Router;
use registry::catalogue::Catalogue;
use registry::edge::Routes;
use registry::route;
use utoipa_axum::router::OpenApiRouter;

/// What the routes need: the catalogue, and no way to write.
#[derive(Clone, Debug)]
pub struct State {
    /// The catalogue.
    pub catalogue: Arc<Catalogue>,
}

/// The routes with their OpenAPI document.
pub fn documented(state: State) -> OpenApiRouter {
    routes::<OpenApiRouter<State>>().with_state(state)
}

/// The routes.
pub fn router(state: State) -> Router {
    routes::<Router<State>>().with_state(state)
}

fn routes<R: Routes<State>>() -> R {
    let versioned = || R::default().add(route!(versions::list_versions)).add(route!(version::get_version));
    R::default().below("/v0", versioned()).below("/v0.1", versioned())
}
