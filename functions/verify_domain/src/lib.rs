//! Domain claims and their proof by DNS or HTTP.
//!
//! | module | its one job |
//! |---|---|
//! | `claim`, `claims`, `check`, `release`, `hosted` | one endpoint each |
//! | `caller` | who asks, and how often they may |
//! | `body` | what they send |
//! | `answer` | claims and refusals |
//! | [`environment`], [`limits`] | configuration |

mod answer;
mod body;
mod caller;
mod check;
mod claim;
mod claims;
pub mod environment;
mod hosted;
pub mod limits;
mod release;

use axum::Router;
use registry::edge::Routes;
use registry::route;
use registry::store::Counts;
use registry_auth::VerifyingKeys;
use registry_domain::{Domains, Verifier};
use registry_route53::Route53;
use utoipa_axum::router::OpenApiRouter;

/// What the routes need: claims in the table, whoever looks for proofs, and keys to check tokens with.
#[derive(Clone, Debug)]
pub struct State {
    domains: Domains,
    verifier: Verifier,
    counts: Counts,
    keys: VerifyingKeys,
    /// `None` where the registry writes no records.
    route53: Option<Route53>,
}

impl State {
    /// State of the routes; without `route53` the registry writes no records itself.
    #[must_use]
    pub fn new(
        domains: Domains,
        verifier: Verifier,
        counts: Counts,
        keys: VerifyingKeys,
        route53: Option<Route53>,
    ) -> Self {
        Self { domains, verifier, counts, keys, route53 }
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
    R::default()
        .add(route!(claim::claim_domain))
        .add(route!(claims::list_claims))
        .add(route!(check::check_domain))
        .add(route!(hosted::prove_hosted_domain))
        .add(route!(release::release_domain))
}
