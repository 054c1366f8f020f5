//! Believes a token: if a key of its issuer has signed it, and its claims are for this registry at this moment.

use jsonwebtoken::crypto;
use registry::time::Timestamp;

use crate::algorithm;
use crate::cache::{KeySets, Keys, State};
use crate::claims::VerifiedToken;
use crate::error::{OidcError, echo};
use crate::keys::IssuerKey;
use crate::token::UnverifiedToken;
use crate::trust::TrustedIssuer;

impl KeySets {
    /// What a token says, if it is true at `now`: signed by a key of the issuer in a way that both the key and the
    /// operator allow, for the issuer's audience, within its time.
    ///
    /// # Errors
    /// See [`OidcError`].
    pub async fn verify(
        &self,
        token: &UnverifiedToken,
        trusted: &TrustedIssuer,
        now: Timestamp,
    ) -> Result<VerifiedToken, OidcError> {
        if !token.is_from(trusted) {
            return Err(token.foreign(std::iter::once(trusted)));
        }
        if !trusted.algorithms.contains(&token.algorithm) {
            return Err(OidcError::Algorithm {
                algorithm: token.algorithm.to_string(),
                accepted: algorithm::list(&trusted.algorithms),
            });
        }
        let keys = self.keys(&trusted.url, token.kid.as_deref(), now).await?;
        signed(token, trusted, keys)?;
        VerifiedToken::new(token, trusted, now)
    }
}

fn signed(token: &UnverifiedToken, trusted: &TrustedIssuer, keys: Keys) -> Result<(), OidcError> {
    let mut refused = None;
    for key in keys.cached.keys.candidates(token.kid.as_deref()) {
        match signed_by(token, trusted, key) {
            Ok(()) => return Ok(()),
            Err(error) => refused = Some(error),
        }
    }
    Err(refused.unwrap_or_else(|| unknown(token, trusted, keys)))
}

fn signed_by(token: &UnverifiedToken, trusted: &TrustedIssuer, key: &IssuerKey) -> Result<(), OidcError> {
    let issuer = trusted.url.to_string();
    let public = key.key.as_ref().map_err(|problem| OidcError::Key {
        issuer: issuer.clone(),
        kid: echo(key.kid.as_deref().unwrap_or_default()),
        problem: problem.clone(),
    })?;
    if !public.algorithms.contains(&token.algorithm) {
        let accepted = algorithm::list(&public.algorithms);
        return Err(OidcError::Algorithm { algorithm: token.algorithm.to_string(), accepted });
    }
    registry_auth::install_crypto();
    let algorithm = token.algorithm.for_provider();
    match crypto::verify(token.signature(), token.message().as_bytes(), &public.decoding, algorithm) {
        Ok(true) => Ok(()),
        Ok(false) | Err(_) => Err(OidcError::Signature { issuer }),
    }
}

fn unknown(token: &UnverifiedToken, trusted: &TrustedIssuer, keys: Keys) -> OidcError {
    let issuer = trusted.url.to_string();
    let Some(kid) = token.kid.as_deref().map(echo) else {
        return OidcError::KeyIdMissing { issuer, keys: keys.cached.keys.len() };
    };
    match keys.state {
        State::Fresh => OidcError::UnknownKey { issuer, kid },
        State::CoolingDown(seconds) => OidcError::CoolDown { issuer, kid, seconds },
        State::Failed(error) => error.into(),
    }
}
