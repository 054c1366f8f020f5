//! Ranked search of the catalogue, with filters and facets. Reads only.

mod answer;
mod cursor;
#[doc(hidden)]
pub mod fuzzed;
mod parameters;
mod search;

use std::sync::Arc;

use axum::Router;
use registry::catalogue::Catalogue;
use registry::edge::Routes;
use registry::route;
use utoipa_axum::router::OpenApiRouter;

/// What the route needs: the catalogue, and no way to write.
#[derive(Clone, Debug)]
pub struct State {
    /// The catalogue.
    pub catalogue: Arc<Catalogue>,
}

/// The route with its OpenAPI document.
pub fn documented(state: State) -> OpenApiRouter {
    routes::<OpenApiRouter<State>>().with_state(state)
}

/// The route.
pub fn router(state: State) -> Router {
    routes::<Router<State>>().with_state(state)
}

fn routes<R: Routes<State>>() -> R {
    R::default().below("/v0.1/x/dev.berth", R::default().add(route!(search::search)))
}
