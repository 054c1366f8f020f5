//! The routes of all functions, merged: the same routers that the Lambda functions serve.

use std::sync::Arc;

use registry::catalogue::Catalogue;
use registry::edge::Edge;
use utoipa_axum::router::OpenApiRouter;

/// All routes with their OpenAPI document.
#[must_use]
pub fn documented(catalogue: &Arc<Catalogue>) -> OpenApiRouter {
    let list = list_servers::State { catalogue: Arc::clone(catalogue), build: list_servers::Build::CURRENT };
    let get = get_server::State { catalogue: Arc::clone(catalogue) };
    list_servers::documented(list).merge(get_server::documented(get))
}

/// All routes behind the edge.
#[must_use]
pub fn edge(catalogue: &Arc<Catalogue>) -> Edge {
    Edge::new(documented(catalogue).into())
}
