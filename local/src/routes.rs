//! The routes of all functions, merged: the same routers that the Lambda functions serve.

use std::sync::Arc;

use axum::Router;
use registry::catalogue::Catalogue;
use registry::edge::Edge;
use registry::snapshot::Objects;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, OpenApi};
use utoipa_axum::router::OpenApiRouter;

use crate::files;

/// What the functions need, each its own.
#[derive(Clone, Debug)]
pub struct Services {
    /// For those that read.
    pub catalogue: Arc<Catalogue>,
    /// For those that change servers.
    pub publish: publish::State,
    /// For logins.
    pub auth: auth::State,
    /// For claims of domains.
    pub verify_domain: verify_domain::State,
    /// What `/health` tells those who log in at GitHub.
    pub github_client_id: Option<Arc<str>>,
    /// Where the files for mirrors are.
    pub objects: Objects,
}

/// All routes with their OpenAPI document.
#[must_use]
pub fn documented(services: &Services) -> OpenApiRouter {
    let catalogue = || Arc::clone(&services.catalogue);
    let list = list_servers::State {
        catalogue: catalogue(),
        build: list_servers::Build::CURRENT,
        github_client_id: services.github_client_id.clone(),
    };
    OpenApiRouter::with_openapi(document())
        .merge(list_servers::documented(list))
        .merge(get_server::documented(get_server::State { catalogue: catalogue() }))
        .merge(publish::documented(services.publish.clone()))
        .merge(auth::documented(services.auth.clone()))
        .merge(verify_domain::documented(services.verify_domain.clone()))
}

/// What the document says of itself. Registries that read from others look for version and link before they do.
fn document() -> OpenApi {
    let description = "A registry for MCP servers that speaks the API of the official MCP Registry \
                       (https://github.com/modelcontextprotocol/registry).";
    let info = InfoBuilder::new().title("Berth").version("1.0.0").description(Some(description)).build();
    let mut document = OpenApi::new(info, utoipa::openapi::Paths::new());
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let mut components = Components::new();
    components.add_security_scheme("bearer", bearer);
    document.components = Some(components);
    document
}

/// All routes and the files for mirrors, behind the edge.
#[must_use]
pub fn edge(services: &Services) -> Edge {
    edge_with(services, Router::new())
}

/// All routes, and others that the API does not have, behind the edge.
pub(crate) fn edge_with(services: &Services, others: Router) -> Edge {
    Edge::new(Router::from(documented(services)).merge(files::routes(services.objects.clone())).merge(others))
}
