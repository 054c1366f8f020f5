//! The routes of all functions, merged: the same routers that the Lambda functions serve.

use std::sync::Arc;

use registry::catalogue::Catalogue;
use registry::edge::Edge;
use utoipa::openapi::{InfoBuilder, OpenApi};
use utoipa_axum::router::OpenApiRouter;

/// All routes with their OpenAPI document.
#[must_use]
pub fn documented(catalogue: &Arc<Catalogue>) -> OpenApiRouter {
    let list = list_servers::State { catalogue: Arc::clone(catalogue), build: list_servers::Build::CURRENT };
    let get = get_server::State { catalogue: Arc::clone(catalogue) };
    OpenApiRouter::with_openapi(document()).merge(list_servers::documented(list)).merge(get_server::documented(get))
}

/// What the document says of itself. Registries that read from others look for version and link before they do.
fn document() -> OpenApi {
    let description = "A registry for MCP servers that speaks the API of the official MCP Registry \
                       (https://github.com/modelcontextprotocol/registry).";
    let info = InfoBuilder::new().title("Berth").version("1.0.0").description(Some(description)).build();
    OpenApi::new(info, utoipa::openapi::Paths::new())
}

/// All routes behind the edge.
#[must_use]
pub fn edge(catalogue: &Arc<Catalogue>) -> Edge {
    Edge::new(documented(catalogue).into())
}
