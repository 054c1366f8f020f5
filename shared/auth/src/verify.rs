//! Reads tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation};
use registry::error::{ApiError, ErrorDetail};
use registry::limits;
use registry::time::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::claims::{Claims, ISSUER};
use crate::keys::VerifyingKeys;
use crate::provider;

/// Why a token is not accepted, in the official registry's words where it has some.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is too long to be one of ours.
    #[error("token is malformed: it has more than {0} bytes")]
    TooLong(usize),
    /// It does not have three parts.
    #[error("token is malformed: token contains an invalid number of segments")]
    Segments,
    /// A part is not what it has to be.
    #[error("token is malformed: could not {part}: {reason}")]
    Malformed {
        /// What could not be done.
        part: &'static str,
        /// Why not.
        reason: String,
    },
    /// It is signed in another way, or not at all.
    #[error("token signature is invalid: signing method {0} is invalid")]
    Method(String),
    /// It is signed for another purpose.
    #[error("token is malformed: it is of the type {0:?}")]
    Type(String),
    /// It demands what no reader of this registry knows (RFC 7515, `crit`).
    #[error("token is unverifiable: its header has extensions that are not known here")]
    Critical,
    /// It was signed with a key that the registry does not have, or no longer.
    #[error("token signature is invalid: no key of this registry has the token's key id")]
    UnknownKey,
    /// It was not signed by this registry, or changed since.
    #[error("token signature is invalid: ed25519: verification error")]
    Signature,
    /// Its time is over.
    #[error("token has invalid claims: token is expired")]
    Expired,
    /// Its time has not come.
    #[error("token has invalid claims: token is not valid yet")]
    NotYet,
    /// It was made for somebody else.
    #[error("token has invalid claims: token has invalid {0}")]
    Claim(&'static str),
}

/// What is read before the signature is checked.
#[derive(Deserialize)]
pub(crate) struct Header {
    alg: String,
    pub(crate) typ: Option<String>,
    pub(crate) kid: Option<String>,
    crit: Option<IgnoredAny>,
}

impl VerifyingKeys {
    /// The claims of a token, if it is valid at `now`. Not a second more is granted at either end.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        provider::install();
        let header = header(token, limits::TOKEN_BYTES)?;
        // What else these keys sign is no token.
        if let Some(typ) = header.typ.filter(|typ| !typ.eq_ignore_ascii_case("JWT")) {
            return Err(TokenError::Type(typ));
        }
        let mut validation = Validation::new(Algorithm::EdDSA);
        // Times are compared below, with the caller's clock.
        validation.validate_exp = false;
        let mut error = TokenError::UnknownKey;
        for key in self.candidates(header.kid.as_deref()) {
            match jsonwebtoken::decode::<Claims>(token, key, &validation) {
                Ok(data) => return in_time(data.claims, now),
                Err(refused) => error = explain(refused.kind()),
            }
            if error != TokenError::Signature {
                break;
            }
        }
        Err(error)
    }
}

/// The header of a compact JWS of at most `most` bytes.
pub(crate) fn header(token: &str, most: usize) -> Result<Header, TokenError> {
    if token.len() > most {
        return Err(TokenError::TooLong(most));
    }
    let mut parts = token.split('.');
    let (Some(header), Some(_), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(TokenError::Segments);
    };
    let malformed = |part, reason: String| TokenError::Malformed { part, reason };
    let json = URL_SAFE_NO_PAD.decode(header).map_err(|error| malformed("base64 decode header", error.to_string()))?;
    let header: Header =
        serde_json::from_slice(&json).map_err(|error| malformed("JSON decode header", error.to_string()))?;
    if header.alg != "EdDSA" {
        return Err(TokenError::Method(header.alg.chars().filter(char::is_ascii_graphic).take(32).collect()));
    }
    if header.crit.is_some() {
        return Err(TokenError::Critical);
    }
    Ok(header)
}

fn in_time(claims: Claims, now: Timestamp) -> Result<Claims, TokenError> {
    let micros = |seconds: i64| seconds.saturating_mul(1_000_000);
    if now.as_micros() >= micros(claims.exp) {
        Err(TokenError::Expired)
    } else if claims.nbf.is_some_and(|nbf| now.as_micros() < micros(nbf)) {
        Err(TokenError::NotYet)
    } else if claims.iss != ISSUER {
        Err(TokenError::Claim("issuer"))
    } else {
        Ok(claims)
    }
}

fn explain(kind: &ErrorKind) -> TokenError {
    match kind {
        ErrorKind::InvalidSignature => TokenError::Signature,
        ErrorKind::InvalidAudience => TokenError::Claim("audience"),
        ErrorKind::Json(error) => TokenError::Malformed { part: "JSON decode claim", reason: error.to_string() },
        ErrorKind::Base64(error) => TokenError::Malformed { part: "base64 decode", reason: error.to_string() },
        other => TokenError::Malformed { part: "read it", reason: format!("{other:?}") },
    }
}

impl From<TokenError> for ApiError {
    fn from(error: TokenError) -> Self {
        let message = format!("failed to parse token: {error}");
        Self::new(StatusCode::UNAUTHORIZED, "Invalid or expired Registry JWT token").with_errors(vec![ErrorDetail {
            message,
            location: None,
            value: None,
        }])
    }
}

#[cfg(test)]
mod tests;
