//! Everything that changes a server: publish, edit, status and delete, and the check of a document before.

mod access;
mod allowance;
mod caller;
mod change;
mod delete_version;
mod edit_version;
mod limits;
mod policy;
mod publish;
mod server_status;
mod validate;
mod version_status;

use std::fmt;
use std::sync::Arc;

use axum::Router;
use registry::edge::Routes;
use registry::route;
use registry::store::{AuditLog, Counts, Writer};
use registry_auth::VerifyingKeys;
use registry_ownership::Ownership;
use utoipa_axum::router::OpenApiRouter;

use change::NameLocks;

pub use policy::{DENIED_NAMES, NEW_NAMES_PER_DAY, PUBLISHES_PER_HOUR, Policy, RESERVED_NAMESPACES};

/// What the routes need: the table to write, keys to check tokens with, whoever asks package registries, and what the
/// operator demands.
#[derive(Clone)]
pub struct State {
    table: Arc<Writer>,
    keys: VerifyingKeys,
    /// `None` when package ownership is not checked.
    ownership: Option<Arc<Ownership>>,
    policy: Arc<Policy>,
    trail: AuditLog,
    counts: Counts,
    names: Arc<NameLocks>,
}

impl State {
    /// State of the routes; without `ownership` the packages of a document are not checked. `trail` and `counts` are of the
    /// same table.
    #[must_use]
    pub fn new(
        table: Arc<Writer>,
        keys: VerifyingKeys,
        ownership: Option<Arc<Ownership>>,
        policy: Policy,
        trail: AuditLog,
        counts: Counts,
    ) -> Self {
        Self { table, keys, ownership, policy: Arc::new(policy), trail, counts, names: Arc::default() }
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").finish_non_exhaustive()
    }
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
            .add(route!(publish::publish_server))
            .add(route!(validate::validate_server))
            .add(route!(edit_version::edit_version))
            .add(route!(version_status::update_version_status))
            .add(route!(server_status::update_server_status))
    };
    // The specification has DELETE under /v0.1 alone; under /v0 it is 404, as in the official registry.
    R::default().below("/v0", versioned()).below("/v0.1", versioned().add(route!(delete_version::delete_version)))
}
