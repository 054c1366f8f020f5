//! GitHub Actions: whose run asks for a token, and whether runs like it may publish.
//!
//! | module | its one job |
//! |---|---|
//! | `event` | which events run a repository's own code |
//! | `run` | what a token says about a run |

mod event;
mod run;

use registry::time::Timestamp;
use registry_oidc::{
    Algorithm, Audience, IssuerUrl, KeySets, OidcError, TrustedIssuer, UnverifiedToken, VerifiedToken,
};

pub(crate) use run::RunToken;

/// Whoever believes tokens of GitHub Actions.
#[derive(Clone, Debug)]
pub struct Actions {
    issuer: TrustedIssuer,
    keys: KeySets,
}

impl Actions {
    /// Believes what `issuer` says to `audience`.
    #[must_use]
    pub fn new(issuer: IssuerUrl, audience: Audience, keys: KeySets) -> Self {
        Self { issuer: TrustedIssuer::new(issuer, audience).with_algorithms([Algorithm::Rs256]), keys }
    }

    /// The same with keys that are kept elsewhere.
    pub(crate) fn map_keys(self, map: impl FnOnce(KeySets) -> KeySets) -> Self {
        Self { keys: map(self.keys), ..self }
    }

    /// What a token says, if it is true at `now`.
    pub(crate) async fn verify(&self, token: &str, now: Timestamp) -> Result<VerifiedToken, OidcError> {
        self.keys.verify(&UnverifiedToken::parse(token)?, &self.issuer, now).await
    }
}
