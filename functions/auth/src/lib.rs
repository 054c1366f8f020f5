//! Exchanges proofs of identity for tokens of the registry.
//!
//! | module | its one job |
//! |---|---|
//! | `none`, `dns`, `http`, `jwks` | one endpoint each |
//! | `body` | what a login sends |
//! | [`domain`] | domain names, in one form |
//! | `proof` | who holds the key of a domain |
//! | `login` | what all logins end with |
//! | [`environment`] | configuration |
//! | `secret` | signing keys from the secret store |

mod body;
mod dns;
pub mod domain;
pub mod environment;
#[doc(hidden)]
pub mod fuzzed;
mod http;
mod jwks;
mod login;
mod none;
mod proof;
mod secret;

use std::sync::Arc;

use axum::Router;
use registry::edge::Routes;
use registry::route;
use registry::store::Replay;
use registry_auth::Issuer;
use utoipa_axum::router::OpenApiRouter;

pub use proof::{Dns, DnsError, ProofFiles};

/// What the routes need: signing keys, ways to ask domains, and of the table no more than the memory of used proofs.
#[derive(Clone, Debug)]
pub struct State {
    issuer: Arc<Issuer>,
    replay: Replay,
    dns: Dns,
    files: ProofFiles,
    anonymous: bool,
}

impl State {
    /// State of the routes; `anonymous` says whether there is `/auth/none`.
    #[must_use]
    pub fn new(issuer: Issuer, replay: Replay, dns: Dns, files: ProofFiles, anonymous: bool) -> Self {
        Self { issuer: Arc::new(issuer), replay, dns, files, anonymous }
    }
}

/// The routes with their OpenAPI document.
pub fn documented(state: State) -> OpenApiRouter {
    routes::<OpenApiRouter<State>>(state.anonymous).with_state(state)
}

/// The routes.
pub fn router(state: State) -> Router {
    routes::<Router<State>>(state.anonymous).with_state(state)
}

fn routes<R: Routes<State>>(anonymous: bool) -> R {
    let versioned = || {
        let routes = R::default().add(route!(dns::login_dns)).add(route!(http::login_http));
        if anonymous { routes.add(route!(none::login_none)) } else { routes }
    };
    R::default().below("/v0", versioned()).below("/v0.1", versioned()).add(route!(jwks::jwks))
}
