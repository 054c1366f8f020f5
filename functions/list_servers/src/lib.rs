//! Lists and searches the catalogue. Reads only.

mod cursor;
mod list;
mod page;
mod parameters;
mod service;

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
    /// What `/version` answers.
    pub build: Build,
}

/// The build that answers.
#[derive(Clone, Copy, Debug)]
pub struct Build {
    /// Version of Berth.
    pub version: &'static str,
    /// Commit that it was built from, or `unknown`.
    pub git_commit: &'static str,
    /// When it was built, or `unknown`.
    pub build_time: &'static str,
}

impl Build {
    /// This build. `BERTH_GIT_COMMIT` and `BERTH_BUILD_TIME` are read when it is compiled.
    pub const CURRENT: Self = Self {
        version: env!("CARGO_PKG_VERSION"),
        git_commit: match option_env!("BERTH_GIT_COMMIT") {
            Some(commit) => commit,
            None => "unknown",
        },
        build_time: match option_env!("BERTH_BUILD_TIME") {
            Some(time) => time,
            None => "unknown",
        },
    };
}

/// The routes with their OpenAPI document.
pub fn documented(state: State) -> OpenApiRouter {
    let versioned = || {
        OpenApiRouter::new()
            .routes(routes!(list::list_servers))
            .routes(routes!(service::health))
            .routes(routes!(service::ping))
            .routes(routes!(service::version))
    };
    OpenApiRouter::new()
        .nest("/v0", versioned())
        .nest("/v0.1", versioned())
        // Copilot CLI asks for `/servers` without a version (copilot-cli#3436).
        .routes(routes!(list::list_servers))
        .routes(routes!(service::health))
        .routes(routes!(service::readiness))
        .with_state(state)
}

/// The routes.
pub fn router(state: State) -> Router {
    documented(state).into()
}
