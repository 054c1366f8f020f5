//! Lists and searches the catalogue. Reads only.

mod changes;
mod cursor;
mod document;
#[doc(hidden)]
pub mod fuzzed;
mod list;
mod page;
mod parameters;
mod service;
mod snapshot;

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
    /// What `/version` answers.
    pub build: Build,
    /// What `/health` tells those who log in at GitHub.
    pub github_client_id: Option<Arc<str>>,
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
    routes::<OpenApiRouter<State>>().with_state(state)
}

/// The routes.
pub fn router(state: State) -> Router {
    routes::<Router<State>>().with_state(state)
}

fn routes<R: Routes<State>>() -> R {
    let versioned = || {
        R::default()
            .add(route!(list::list_servers))
            .add(route!(service::health))
            .add(route!(service::ping))
            .add(route!(service::version))
    };
    R::default()
        .below("/v0", versioned())
        .below("/v0.1", versioned())
        .below("/v0.1/x/dev.berth", R::default().add(route!(changes::list_changes)).add(route!(snapshot::get_snapshot)))
        // Copilot CLI asks for `/servers` without a version (copilot-cli#3436).
        .add(route!(list::list_servers))
        .add(route!(service::health))
        .add(route!(service::readiness))
        .add(route!(document::openapi_json))
        .add(route!(document::openapi_yaml))
}
