//! Times, audience and subject of a token whose signature is good.

use std::fmt;

use registry::time::Timestamp;
use serde_json::{Map, Value};

use crate::error::{OidcError, echo};
use crate::issuer::IssuerUrl;
use crate::limits;
use crate::token::UnverifiedToken;
use crate::trust::TrustedIssuer;

/// What a trusted issuer says about somebody, to this registry, at this moment.
#[derive(Clone, PartialEq)]
pub struct VerifiedToken {
    issuer: IssuerUrl,
    subject: String,
    expires_at: i64,
    worthless_at: Timestamp,
    proof: String,
    claims: Map<String, Value>,
}

impl VerifiedToken {
    /// Checks what a token says; its signature has been checked.
    pub(crate) fn new(token: &UnverifiedToken, trusted: &TrustedIssuer, now: Timestamp) -> Result<Self, OidcError> {
        let claims = &token.claims;
        let now = now.as_micros();
        let skew = limits::CLOCK_SKEW_SECONDS * MICROS;
        let no_end = OidcError::Claim { claim: "exp", expected: TIME };
        let ends = date(claims, "exp")?.ok_or_else(|| no_end.clone())?;
        if now >= ends.saturating_add(skew) {
            return Err(OidcError::Expired { seconds: now.saturating_sub(ends) / MICROS });
        }
        for claim in ["nbf", "iat"] {
            let Some(begins) = date(claims, claim)? else { continue };
            if now < begins.saturating_sub(skew) {
                return Err(OidcError::NotYet { claim, seconds: begins.saturating_sub(now) / MICROS });
            }
        }
        if !token.is_for(trusted.audience.as_str()) {
            let expected = trusted.audience.as_str().to_owned();
            return Err(OidcError::Audience { expected, found: audiences(claims.get("aud")) });
        }
        let is_subject = |text: &&str| {
            !text.is_empty() && text.len() <= limits::SUBJECT_BYTES && !text.chars().any(char::is_control)
        };
        let subject = claims.get("sub").and_then(Value::as_str).filter(is_subject);
        let expected = "a text of 1 to 1024 bytes without control characters";
        let subject = subject.ok_or(OidcError::Claim { claim: "sub", expected })?.to_owned();
        let id = claims.get("jti").and_then(Value::as_str).filter(|id| !id.is_empty());
        let id = id.map_or_else(|| format!("sha256:{}", token.fingerprint()), |id| format!("jti:{id}"));
        let issuer = trusted.url.clone();
        let proof = format!("oidc {issuer} {id}");
        let worthless_at = Timestamp::from_micros(ends.saturating_add(skew)).ok_or(no_end)?;
        let expires_at = ends.div_euclid(MICROS);
        Ok(Self { issuer, subject, expires_at, worthless_at, proof, claims: claims.clone() })
    }

    /// Who says so.
    #[must_use]
    pub fn issuer(&self) -> &IssuerUrl {
        &self.issuer
    }

    /// About whom: `sub`. Never empty, and without control characters.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The issuer's name for the token: `jti`.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.text("jti")
    }

    /// When it ends, in seconds since the epoch.
    #[must_use]
    pub fn expires_at(&self) -> i64 {
        self.expires_at
    }

    /// Everything that it says.
    #[must_use]
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// A claim that is a text.
    #[must_use]
    pub fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str()
    }

    /// A text that stands for this token however it is written, for `registry::store::Replay`.
    #[must_use]
    pub fn proof(&self) -> &str {
        &self.proof
    }

    /// From then on the token is worth nothing by itself, and need not be remembered.
    #[must_use]
    pub fn worthless_at(&self) -> Timestamp {
        self.worthless_at
    }
}

const MICROS: i64 = 1_000_000;
const TIME: &str = "a number of seconds since 1970";

/// A `NumericDate` of RFC 7519, in microseconds.
fn date(claims: &Map<String, Value>, claim: &'static str) -> Result<Option<i64>, OidcError> {
    let Some(value) = claims.get(claim) else { return Ok(None) };
    let whole = value.as_i64().map(|seconds| seconds.saturating_mul(MICROS));
    // A conversion from a float ends at the bounds of the integer.
    let micros = whole.or_else(|| value.as_f64().map(|seconds| (seconds * 1e6) as i64));
    micros.map(Some).ok_or(OidcError::Claim { claim, expected: TIME })
}

fn audiences(aud: Option<&Value>) -> String {
    let quoted = |one: &Value| one.as_str().map(|text| format!("{:?}", echo(text)));
    let several: Vec<String> = match aud {
        Some(Value::Array(several)) => several.iter().filter_map(quoted).take(5).collect(),
        one => one.and_then(quoted).into_iter().collect(),
    };
    if several.is_empty() { "no audience (`aud`)".to_owned() } else { format!("the audience {}", several.join(", ")) }
}

/// Claims are about people: they do not go into a log by accident.
impl fmt::Debug for VerifiedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedToken")
            .field("issuer", &self.issuer.as_str())
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}
