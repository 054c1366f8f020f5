//! A process of the registry that trusts one issuer.

use ::registry::time::Timestamp;
use registry_fetch::{Options, Reach, SystemLookup};
use registry_oidc::{KeySets, OidcError, TrustedIssuer, UnverifiedToken, VerifiedToken};

use crate::issuer::{AUDIENCE, TestIssuer};

pub(crate) struct Registry {
    pub(crate) keys: KeySets,
    pub(crate) trusted: TrustedIssuer,
    /// The clock; only a test moves it.
    pub(crate) now: Timestamp,
}

impl Registry {
    pub(crate) fn new(issuer: &TestIssuer) -> Self {
        Self::trusting(&issuer.url())
    }

    pub(crate) fn trusting(issuer: &str) -> Self {
        // Whatever proxy the environment names, it does not lead to this machine.
        let reach = Reach::Test { lookup: std::sync::Arc::new(SystemLookup), allow_private: true };
        let keys = KeySets::new(Options { reach, ..KeySets::options() }).unwrap();
        let trusted = TrustedIssuer::new(issuer.parse().unwrap(), AUDIENCE.parse().unwrap());
        Self { keys, trusted, now: Timestamp::now() }
    }

    pub(crate) async fn verify(&self, token: &str) -> Result<VerifiedToken, OidcError> {
        let parsed = UnverifiedToken::parse(token)?;
        let answer = self.keys.verify(&parsed, &self.trusted, self.now).await;
        if let Err(error) = &answer {
            let shown = format!("{error} {error:?}");
            for part in token.split('.').filter(|part| part.len() > 8) {
                assert!(!shown.contains(part), "an error repeats the token: {shown}");
            }
        }
        answer
    }

    pub(crate) async fn refusal(&self, token: &str) -> String {
        self.verify(token).await.unwrap_err().to_string()
    }

    /// Moves the clock.
    pub(crate) fn wait(&mut self, seconds: i64) {
        self.now = Timestamp::from_micros(self.now.as_micros() + seconds * 1_000_000).unwrap();
    }

    pub(crate) fn seconds(&self) -> i64 {
        self.now.as_micros().div_euclid(1_000_000)
    }
}

/// Claims that stay valid for some days, for tests that move the clock.
pub(crate) fn lasting(issuer: &TestIssuer) -> serde_json::Value {
    let mut claims = issuer.claims();
    claims["exp"] = (claims["exp"].as_i64().unwrap() + 1_000_000).into();
    claims
}
