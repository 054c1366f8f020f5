//! Reads a token without believing it.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Map, Value};

use crate::algorithm::{self, Algorithm};
use crate::error::{OidcError, echo};
use crate::limits;
use crate::trust::TrustedIssuer;

/// A token that anybody may have written. What it says serves to find out who can say whether it is true.
#[derive(Clone)]
pub struct UnverifiedToken {
    text: String,
    /// Where the signature's dot is.
    dot: usize,
    pub(crate) algorithm: Algorithm,
    pub(crate) kid: Option<String>,
    pub(crate) claims: Map<String, Value>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<IgnoredAny>,
}

impl UnverifiedToken {
    /// Takes a token apart.
    ///
    /// # Errors
    /// When it is too long, malformed, or not signed in a way that is known here.
    pub fn parse(text: &str) -> Result<Self, OidcError> {
        if text.len() > limits::TOKEN_BYTES {
            return Err(OidcError::TooLong(text.len()));
        }
        let mut parts = text.split('.');
        let (Some(header), Some(claims), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(OidcError::Segments);
        };
        let header: Header = json(header, "header", "a JSON object with `alg`, in base64url")?;
        if header.crit.is_some() {
            return Err(OidcError::Critical);
        }
        let algorithm = header.alg.parse().map_err(|()| OidcError::Algorithm {
            algorithm: echo(&header.alg),
            accepted: algorithm::list(&Algorithm::ALL),
        })?;
        let claims = json(claims, "payload", "a JSON object in base64url")?;
        URL_SAFE_NO_PAD
            .decode(signature)
            .map_err(|_| OidcError::Malformed { part: "signature", expected: "base64url" })?;
        let dot = text.len() - signature.len() - 1;
        Ok(Self { text: text.to_owned(), dot, algorithm, kid: header.kid, claims })
    }

    /// Who has made the token, if it says the truth.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.claims.get("iss")?.as_str()
    }

    /// The issuer among `trusted` that the token says to be from; of several entries for one issuer, the one for whose
    /// audience it is.
    ///
    /// # Errors
    /// [`OidcError::Issuer`] when there is none.
    pub fn choose<'a, T: AsRef<TrustedIssuer>>(&self, trusted: &'a [T]) -> Result<&'a T, OidcError> {
        let mut same = trusted.iter().filter(|one| self.is_from(one.as_ref()));
        let first = same.next().ok_or_else(|| self.foreign(trusted.iter().map(AsRef::as_ref)))?;
        let is_for = |one: &&T| self.is_for(one.as_ref().audience.as_str());
        Ok(std::iter::once(first).chain(same).find(is_for).unwrap_or(first))
    }

    pub(crate) fn is_from(&self, trusted: &TrustedIssuer) -> bool {
        self.issuer() == Some(trusted.url.as_str())
    }

    pub(crate) fn foreign<'a>(&self, trusted: impl Iterator<Item = &'a TrustedIssuer>) -> OidcError {
        let mut accepted: Vec<&str> = trusted.map(|one| one.url.as_str()).collect();
        accepted.dedup();
        OidcError::Issuer {
            found: match self.issuer() {
                Some(issuer) => format!("is from the issuer {}", echo(issuer)),
                None => "does not name its issuer (`iss`)".to_owned(),
            },
            accepted: if accepted.is_empty() { "nobody".to_owned() } else { accepted.join(" or ") },
        }
    }

    /// Whether `aud` is the audience, or holds it.
    pub(crate) fn is_for(&self, audience: &str) -> bool {
        match self.claims.get("aud") {
            Some(Value::String(one)) => one == audience,
            Some(Value::Array(several)) => several.iter().any(|one| one.as_str() == Some(audience)),
            _ => false,
        }
    }

    /// What is signed.
    pub(crate) fn message(&self) -> &str {
        self.text.get(..self.dot).unwrap_or_default()
    }

    /// The signature, in base64url.
    pub(crate) fn signature(&self) -> &str {
        self.text.get(self.dot + 1..).unwrap_or_default()
    }

    /// SHA-256 of what is signed, in base64url: the same however the signature is written.
    pub(crate) fn fingerprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, self.message().as_bytes()))
    }
}

/// The parser's own message is left out: it repeats what it read.
fn json<T: DeserializeOwned>(part: &str, name: &'static str, expected: &'static str) -> Result<T, OidcError> {
    let malformed = || OidcError::Malformed { part: name, expected };
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| malformed())?;
    serde_json::from_slice(&bytes).map_err(|_| malformed())
}

/// A token is a secret as long as it lives.
impl fmt::Debug for UnverifiedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnverifiedToken").field("issuer", &self.issuer()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn token(header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.{}", part(header), part(claims), URL_SAFE_NO_PAD.encode("signature"))
    }

    fn trusted(url: &str, audience: &str) -> TrustedIssuer {
        TrustedIssuer::new(url.parse().unwrap(), audience.parse().unwrap())
    }

    #[test]
    fn a_token_is_taken_apart() {
        let text = token(&json!({"alg": "RS256", "kid": "k"}), &json!({"iss": "https://a.example"}));
        let token = UnverifiedToken::parse(&text).unwrap();
        assert_eq!((token.issuer(), token.kid.as_deref()), (Some("https://a.example"), Some("k")));
        assert_eq!(format!("{}.{}", token.message(), token.signature()), text);
        assert!(!format!("{token:?}").contains(token.signature()));
    }

    #[test]
    fn what_is_no_token_is_refused_and_not_repeated() {
        let header = json!({"alg": "RS256"});
        let good = token(&header, &json!({}));
        let (start, _) = good.rsplit_once('.').unwrap();
        assert_eq!(UnverifiedToken::parse("x".repeat(16385).as_str()).unwrap_err(), OidcError::TooLong(16385));
        for text in ["", "a", "a.b", start, &format!("{good}.x")] {
            assert_eq!(UnverifiedToken::parse(text).unwrap_err(), OidcError::Segments, "{text}");
        }
        let array = token(&json!(["alg"]), &json!({}));
        let numbers = token(&json!({"alg": 424_242}), &json!({}));
        let list = token(&header, &json!(["424242"]));
        let twice = format!("{}.e30.AA", URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","alg":"RS256"}"#));
        for text in [&array, &numbers, &list, &twice, &format!("{start}.*"), &format!("{start}.AB"), "..", "e30.e30."] {
            let error = UnverifiedToken::parse(text).unwrap_err();
            assert!(matches!(error, OidcError::Malformed { .. }), "{text}: {error}");
            assert!(!error.to_string().contains("424242"));
        }
        let critical = token(&json!({"alg": "RS256", "crit": ["exp"]}), &json!({}));
        assert_eq!(UnverifiedToken::parse(&critical).unwrap_err(), OidcError::Critical);
    }

    #[test]
    fn shared_secrets_and_no_signature_at_all_are_refused_by_name() {
        for alg in ["none", "None", "", "HS256", "HS384", "HS512", "PS256", "rs256", "ES256K"] {
            let error = UnverifiedToken::parse(&token(&json!({ "alg": alg }), &json!({}))).unwrap_err();
            assert!(matches!(&error, OidcError::Algorithm { algorithm, .. } if algorithm == alg), "{error}");
            assert!(error.to_string().ends_with("one of RS256, RS384, RS512, ES256, ES384, EdDSA"));
        }
    }

    #[test]
    fn the_issuer_is_chosen_by_name_and_then_by_audience() {
        let of = |claims| UnverifiedToken::parse(&token(&json!({"alg": "RS256"}), &claims)).unwrap();
        let all =
            [trusted("https://a.example", "1"), trusted("https://b.example", "1"), trusted("https://b.example", "2")];
        let chosen = |claims| of(claims).choose(&all).cloned();
        assert_eq!(chosen(json!({"iss": "https://a.example"})).unwrap(), all[0]);
        assert_eq!(chosen(json!({"iss": "https://b.example", "aud": ["x", "2"]})).unwrap(), all[2]);
        assert_eq!(chosen(json!({"iss": "https://b.example", "aud": "3"})).unwrap(), all[1]);
        let error = chosen(json!({"iss": "https://a.example/"})).unwrap_err().to_string();
        assert_eq!(
            error,
            "the identity token is from the issuer https://a.example/, this registry accepts tokens of \
             https://a.example or https://b.example: get one from there"
        );
        for claims in [json!({}), json!({"iss": ["https://a.example"]})] {
            assert!(matches!(chosen(claims), Err(OidcError::Issuer { .. })));
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[A-Za-z0-9_.\\-=é]{0,80}", header in ".{0,40}", claims in ".{0,40}") {
            let _ = UnverifiedToken::parse(&text);
            let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
            let _ = UnverifiedToken::parse(&format!("{}.{}.AA", part(&header), part(&claims)));
        }
    }
}
