//! Keys that verify.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use registry::limits;
use serde::{Deserialize, Serialize};
use serde_json::error::Category;
use sha2::{Digest, Sha256};

use super::KeysError;

/// Public keys alone. [`FromStr`] reads a JWK set (RFC 7517, RFC 8037), as [`VerifyingKeys::jwks`] writes it.
#[derive(Clone)]
pub struct VerifyingKeys {
    keys: Vec<PublicKey>,
}

/// A public key with its id.
#[derive(Clone)]
pub(crate) struct PublicKey {
    /// RFC 7638: the hash of what the key is.
    pub(crate) kid: String,
    x: String,
    pub(crate) decoding: DecodingKey,
}

#[derive(Serialize)]
struct Set<'a> {
    keys: Vec<Jwk<'a>>,
}

#[derive(Serialize)]
struct Jwk<'a> {
    kty: &'a str,
    crv: &'a str,
    x: &'a str,
    kid: &'a str,
    #[serde(rename = "use")]
    usage: &'a str,
    alg: &'a str,
}

#[derive(Deserialize)]
struct ForeignSet {
    keys: Vec<ForeignJwk>,
}

#[derive(Deserialize)]
struct ForeignJwk {
    kty: String,
    crv: Option<String>,
    x: Option<String>,
    d: Option<serde::de::IgnoredAny>,
}

impl PublicKey {
    pub(super) fn new(bytes: [u8; 32]) -> Self {
        let x = URL_SAFE_NO_PAD.encode(bytes);
        let thumbprint = Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#));
        Self { kid: URL_SAFE_NO_PAD.encode(thumbprint), x, decoding: DecodingKey::from_ed_der(&bytes) }
    }
}

impl VerifyingKeys {
    pub(super) fn new(keys: Vec<PublicKey>) -> Self {
        Self { keys }
    }

    /// The keys that may have signed a token: the one of that id, or all of them for a token without.
    pub(crate) fn candidates<'a>(&'a self, kid: Option<&'a str>) -> impl Iterator<Item = &'a DecodingKey> {
        self.keys.iter().filter(move |key| kid.is_none_or(|kid| kid == key.kid)).map(|key| &key.decoding)
    }

    /// The keys as a JWK set, for whoever checks tokens elsewhere. Ends with a newline.
    #[must_use]
    pub fn jwks(&self) -> Vec<u8> {
        let keys = self.keys.iter().map(|key| Jwk {
            kty: "OKP",
            crv: "Ed25519",
            x: &key.x,
            kid: &key.kid,
            usage: "sig",
            alg: "EdDSA",
        });
        let mut json = serde_json::to_vec(&Set { keys: keys.collect() }).unwrap_or_default();
        json.push(b'\n');
        json
    }
}

impl FromStr for VerifyingKeys {
    type Err = KeysError;

    fn from_str(text: &str) -> Result<Self, KeysError> {
        let set: ForeignSet = serde_json::from_str(text).map_err(|error| {
            // The error's own text repeats values, and who mixes the variables up has put a seed there.
            let kind = match error.classify() {
                Category::Data => "a value of the wrong type",
                Category::Eof => "it ends too early",
                Category::Syntax | Category::Io => "no JSON",
            };
            KeysError::Set(format!("{kind} at line {} column {}", error.line(), error.column()))
        })?;
        if set.keys.len() > limits::TOKEN_KEYS {
            return Err(KeysError::TooMany(set.keys.len()));
        }
        let mut keys = Vec::with_capacity(set.keys.len());
        for (at, jwk) in (1..).zip(set.keys) {
            if jwk.d.is_some() {
                return Err(KeysError::Private(at));
            }
            let is_ed25519 = jwk.kty == "OKP" && jwk.crv.as_deref() == Some("Ed25519");
            let x = jwk.x.filter(|_| is_ed25519).and_then(|x| URL_SAFE_NO_PAD.decode(x).ok());
            let bytes = x.and_then(|x| x.try_into().ok()).ok_or(KeysError::Public(at))?;
            keys.push(PublicKey::new(bytes));
        }
        if keys.is_empty() { Err(KeysError::Empty) } else { Ok(Self { keys }) }
    }
}

impl fmt::Debug for VerifyingKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<&str> = self.keys.iter().map(|key| key.kid.as_str()).collect();
        f.debug_tuple("VerifyingKeys").field(&ids).finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::keys::SigningKeys;

    /// RFC 8037, appendix A.1 to A.3.
    #[test]
    fn the_document_and_the_id_are_those_of_rfc_8037() {
        let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        let keys = VerifyingKeys::from(&seed.parse::<SigningKeys>().unwrap());
        let document: Value = serde_json::from_slice(&keys.jwks()).unwrap();
        assert_eq!(
            document,
            json!({"keys": [{
                "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", "use": "sig", "alg": "EdDSA",
            }]})
        );
    }

    #[test]
    fn the_document_is_read_again() {
        let seeds: String = (1..4).map(|n| format!("{n:064x} ")).collect();
        let keys = VerifyingKeys::from(&seeds.parse::<SigningKeys>().unwrap());
        let read: VerifyingKeys = String::from_utf8(keys.jwks()).unwrap().parse().unwrap();
        assert_eq!(read.jwks(), keys.jwks());
    }

    #[test]
    fn what_is_no_public_key_is_refused() {
        let error = |value: Value| value.to_string().parse::<VerifyingKeys>().unwrap_err();
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        assert_eq!(error(json!({"keys": []})), KeysError::Empty);
        assert!(matches!(error(json!({})), KeysError::Set(_)));
        assert_eq!(error(json!({"keys": [{"kty": "RSA", "n": "AQ", "e": "AQAB"}]})), KeysError::Public(1));
        assert_eq!(error(json!({"keys": [{"kty": "OKP", "crv": "X25519", "x": x}]})), KeysError::Public(1));
        assert_eq!(error(json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": &x[1..]}]})), KeysError::Public(1));
        assert_eq!(error(json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": x, "d": x}]})), KeysError::Private(1));
    }
}
