//! Exchanges proofs of identity for tokens of the registry.
//!
//! | module | its one job |
//! |---|---|
//! | `none`, `dns`, `http`, `github_at`, `github_oidc`, `oidc`, `jwks` | one endpoint each |
//! | [`browser`] | login in a browser, and who somebody is |
//! | `body` | what a login sends |
//! | [`domain`] | domain names, in one form |
//! | `proof`, `domain_login` | who holds the key of a domain, and what that proves |
//! | `github` | whose a token of GitHub is |
//! | `actions` | whose run of GitHub Actions it is, and whether it may publish |
//! | `issuers` | people whom other issuers know |
//! | `namespaces` | to whom a namespace belongs |
//! | `login`, `refused` | what all logins begin and end with |
//! | `denied` | names that nobody gets a token for |
//! | [`Tables`] | the parts of the table that logins reach |
//! | [`logins`] | which logins there are |
//! | [`environment`] | configuration |

mod actions;
mod audit;
mod body;
pub mod browser;
mod denied;
mod dns;
pub mod domain;
mod domain_login;
pub mod environment;
#[doc(hidden)]
pub mod fuzzed;
mod github;
mod github_at;
mod github_oidc;
mod http;
mod issuers;
mod jwks;
mod login;
pub mod logins;
mod namespaces;
mod none;
mod oidc;
mod proof;
mod refused;
mod tables;

use std::sync::Arc;

use axum::Router;
use registry::edge::Routes;
use registry::error::ApiError;
use registry::route;
use registry::time::Timestamp;
use registry_auth::{Claims, Issuer, VerifyingKeys, bearer};
use utoipa_axum::router::OpenApiRouter;

pub use actions::Actions;
pub use browser::Browser;
pub use denied::DeniedNames;
pub use github::{GitHub, GitHubHosts, InvalidGitHubHost};
pub use issuers::{IssuersError, OidcIssuers};
pub use logins::Logins;
pub use proof::{Dns, DnsError, ProofFiles};
pub use tables::Tables;

/// What the routes need: signing keys, ways to ask others, and the parts of the table that logins reach.
#[derive(Clone, Debug)]
pub struct State {
    issuer: Arc<Issuer>,
    keys: VerifyingKeys,
    tables: Tables,
    dns: Dns,
    files: ProofFiles,
    logins: Arc<Logins>,
}

impl State {
    /// State of the routes.
    #[must_use]
    pub fn new(issuer: Issuer, tables: Tables, dns: Dns, files: ProofFiles, logins: Logins) -> Self {
        let keys = VerifyingKeys::from(issuer.keys());
        let logins = Arc::new(logins.sharing(&tables));
        Self { issuer: Arc::new(issuer), keys, tables, dns, files, logins }
    }

    /// The claims of the request's token.
    ///
    /// # Errors
    /// 401; 422 without the header.
    pub(crate) fn claims(&self, headers: &::http::HeaderMap) -> Result<Claims, ApiError> {
        Ok(self.keys.verify(bearer(headers)?, Timestamp::now())?)
    }
}

/// The routes with their OpenAPI document.
pub fn documented(state: State) -> OpenApiRouter {
    routes::<OpenApiRouter<State>>(&state.logins).with_state(state)
}

/// The routes.
pub fn router(state: State) -> Router {
    routes::<Router<State>>(&state.logins).with_state(state)
}

fn routes<R: Routes<State>>(logins: &Logins) -> R {
    let routes = R::default()
        .below("/v0", exchanges(logins))
        .below("/v0.1", exchanges(logins))
        .below("/v0.1/x/dev.berth", namespaces::routes::routes::<R>().add(route!(audit::list_audit)))
        .add(route!(jwks::jwks));
    browser::with_routes(routes, logins.browser.is_some())
}

/// Logins that give a token for a proof.
fn exchanges<R: Routes<State>>(logins: &Logins) -> R {
    let mut routes = R::default()
        .add(route!(dns::login_dns))
        .add(route!(http::login_http))
        .add(route!(github_oidc::login_github_oidc));
    if logins.github.is_some() {
        routes = routes.add(route!(github_at::login_github_at));
    }
    if logins.oidc.is_some() {
        routes = routes.add(route!(oidc::login_oidc));
    }
    if logins.anonymous {
        routes = routes.add(route!(none::login_none));
    }
    routes
}
