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

/// What fuzzing reaches of a proof.
#[doc(hidden)]
pub mod fuzzed {
    use registry::time::Timestamp;

    use super::body::SignatureLogin;
    use super::proof::{Claim, ProofKey, ProofRecord};

    /// A key that a record names.
    #[derive(Debug)]
    pub struct Key(ProofKey);

    impl Key {
        /// The key of the first record in `text`; `None` if there is none that can be used.
        #[must_use]
        pub fn find(text: &str) -> Option<Self> {
            ProofRecord::find(text)?.key().ok().map(Self)
        }

        /// Algorithm and key, parted by a colon.
        #[must_use]
        pub fn text(&self) -> String {
            self.0.to_string()
        }

        /// Whether the holder of the private key signed `message`.
        #[must_use]
        pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
            self.0.verify(message, signature)
        }
    }

    /// Reads a login at the time `now` and looks for its signer among the first record of each of `texts`.
    ///
    /// # Errors
    /// The refusal's text.
    pub fn login(
        [domain, timestamp, signed_timestamp]: [&str; 3],
        now: Timestamp,
        texts: &[&str],
    ) -> Result<Key, String> {
        let [domain, timestamp, signed_timestamp] = [domain, timestamp, signed_timestamp].map(str::to_owned);
        let claim = Claim::parse(SignatureLogin { domain, timestamp, signed_timestamp }, now);
        let signer = claim.and_then(|claim| claim.signer(texts.iter().filter_map(|text| ProofRecord::find(text))));
        signer.map(Key).map_err(|refusal| refusal.to_string())
    }
}
