//! The keys of an issuer: a JWK set (RFC 7517, RFC 7518, RFC 8037).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::algorithm::Algorithm;
use crate::error::echo;
use crate::limits;

/// All keys of an issuer, those that cannot be used among them, so that an error can say why.
#[derive(Debug)]
pub(crate) struct KeySet(Vec<IssuerKey>);

#[derive(Debug)]
pub(crate) struct IssuerKey {
    pub(crate) kid: Option<String>,
    pub(crate) key: Result<PublicKey, KeyProblem>,
}

/// A key and what it may be used for: the key says so, not the token.
pub(crate) struct PublicKey {
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) decoding: DecodingKey,
}

/// Why a key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyProblem {
    /// A part is missing or has the wrong form.
    #[error("it is malformed")]
    Malformed,
    /// It is of another kind.
    #[error("it is a key of type {0}, not RSA, EC on P-256 or P-384, or OKP on Ed25519")]
    Kind(String),
    /// It is for another algorithm.
    #[error("it is for {0}, which is not accepted or does not go with its type")]
    Algorithm(String),
    /// It is not for signatures.
    #[error("it is not meant for signatures")]
    Use,
    /// Everybody can sign with it.
    #[error("its private part is published")]
    Private,
    /// It could be factored, or makes verification slow.
    #[error("its modulus has {0} bits, 2048 to 8192 are accepted")]
    Bits(usize),
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    d: Option<IgnoredAny>,
}

impl KeySet {
    /// Reads a document. A key that cannot be used does not hide the others; a document without keys is none.
    pub(crate) fn parse(json: &[u8]) -> Option<Self> {
        let set: Set = serde_json::from_slice(json).ok()?;
        let keys: Vec<_> = set.keys.into_iter().take(limits::KEYS_PER_SET).map(IssuerKey::read).collect();
        (!keys.is_empty()).then_some(Self(keys))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The keys that may have signed a token with this key id; a token without one is signed by the only key.
    pub(crate) fn candidates<'a>(&'a self, kid: Option<&'a str>) -> impl Iterator<Item = &'a IssuerKey> {
        let only = self.0.len() == 1;
        self.0.iter().filter(move |key| match kid {
            Some(kid) => key.kid.as_deref() == Some(kid),
            None => only,
        })
    }

    /// Whether another set could say more about this key id.
    pub(crate) fn knows(&self, kid: Option<&str>) -> bool {
        kid.is_none() || self.candidates(kid).next().is_some()
    }
}

impl IssuerKey {
    fn read(value: Value) -> Self {
        let kid = value.get("kid").and_then(Value::as_str).map(str::to_owned);
        let key = serde_json::from_value(value).map_err(|_| KeyProblem::Malformed).and_then(|jwk: Jwk| jwk.public());
        Self { kid, key }
    }
}

impl Jwk {
    fn public(&self) -> Result<PublicKey, KeyProblem> {
        use Algorithm::{EdDsa, Es256, Es384, Rs256, Rs384, Rs512};
        let (algorithms, decoding): (&[Algorithm], _) = match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) => (&[Rs256, Rs384, Rs512], self.rsa()?),
            ("EC", Some("P-256")) => (&[Es256], self.point(32)?),
            ("EC", Some("P-384")) => (&[Es384], self.point(48)?),
            ("OKP", Some("Ed25519")) => (&[EdDsa], self.ed25519()?),
            (kty, crv) => {
                return Err(KeyProblem::Kind(echo(&[kty, crv.unwrap_or_default()].join(" ")).trim().to_owned()));
            }
        };
        if self.d.is_some() {
            return Err(KeyProblem::Private);
        }
        if self.usage.as_deref().is_some_and(|usage| usage != "sig")
            || self.key_ops.as_ref().is_some_and(|operations| !operations.iter().any(|one| one == "verify"))
        {
            return Err(KeyProblem::Use);
        }
        let algorithms = match self.alg.as_deref() {
            None => algorithms.to_vec(),
            Some(alg) => {
                let one = algorithms.iter().find(|one| one.as_str() == alg || (**one == EdDsa && alg == "Ed25519"));
                vec![*one.ok_or_else(|| KeyProblem::Algorithm(echo(alg)))?]
            }
        };
        Ok(PublicKey { algorithms, decoding })
    }

    fn rsa(&self) -> Result<DecodingKey, KeyProblem> {
        let (n, e) = (integer(self.n.as_deref())?, integer(self.e.as_deref())?);
        let leading = n.first().map_or(0, |first| first.leading_zeros());
        let bits = (n.len() * 8).saturating_sub(usize::try_from(leading).unwrap_or_default());
        if !(limits::RSA_BITS..=limits::RSA_BITS_MAX).contains(&bits) {
            return Err(KeyProblem::Bits(bits));
        }
        Ok(DecodingKey::from_rsa_raw_components(&n, &e))
    }

    /// An uncompressed point.
    fn point(&self, length: usize) -> Result<DecodingKey, KeyProblem> {
        let (x, y) = (bytes(self.x.as_deref())?, bytes(self.y.as_deref())?);
        if x.len() != length || y.len() != length {
            return Err(KeyProblem::Malformed);
        }
        Ok(DecodingKey::from_ec_der(&[&[4], x.as_slice(), y.as_slice()].concat()))
    }

    fn ed25519(&self) -> Result<DecodingKey, KeyProblem> {
        let x = bytes(self.x.as_deref())?;
        if x.len() == 32 { Ok(DecodingKey::from_ed_der(&x)) } else { Err(KeyProblem::Malformed) }
    }
}

fn bytes(text: Option<&str>) -> Result<Vec<u8>, KeyProblem> {
    text.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()).ok_or(KeyProblem::Malformed)
}

/// Without the zeros that some write in front and that ring refuses.
fn integer(text: Option<&str>) -> Result<Vec<u8>, KeyProblem> {
    let bytes = bytes(text)?;
    let trimmed: Vec<u8> = bytes.into_iter().skip_while(|byte| *byte == 0).collect();
    if trimmed.is_empty() { Err(KeyProblem::Malformed) } else { Ok(trimmed) }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PublicKey").field(&self.algorithms).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn of(value: Value) -> Result<Vec<Algorithm>, KeyProblem> {
        let set = KeySet::parse(json!({ "keys": [value] }).to_string().as_bytes()).unwrap();
        let key = set.candidates(None).next().unwrap();
        key.key.as_ref().map(|key| key.algorithms.clone()).map_err(Clone::clone)
    }

    fn zeros(length: usize) -> String {
        URL_SAFE_NO_PAD.encode(vec![0; length])
    }

    fn modulus(bits: usize) -> String {
        let mut bytes = vec![0xff; bits.div_ceil(8)];
        bytes[0] = 0xff >> ((8 - bits % 8) % 8);
        URL_SAFE_NO_PAD.encode([vec![0], bytes].concat())
    }

    fn with(mut key: Value, name: &str, value: impl Into<Value>) -> Value {
        key[name] = value.into();
        key
    }

    #[test]
    fn a_key_says_what_it_is_for() {
        use Algorithm::{EdDsa, Es256, Es384, Rs256, Rs384, Rs512};
        let rsa = json!({"kty": "RSA", "n": modulus(2048), "e": "AQAB"});
        let ed = json!({"kty": "OKP", "crv": "Ed25519", "x": zeros(32)});
        assert_eq!(of(rsa.clone()), Ok(vec![Rs256, Rs384, Rs512]));
        assert_eq!(of(with(with(rsa.clone(), "use", "sig"), "alg", "RS384")), Ok(vec![Rs384]));
        assert_eq!(of(with(rsa.clone(), "key_ops", json!(["verify"]))), Ok(vec![Rs256, Rs384, Rs512]));
        assert_eq!(of(json!({"kty": "EC", "crv": "P-256", "x": zeros(32), "y": zeros(32)})), Ok(vec![Es256]));
        assert_eq!(of(json!({"kty": "EC", "crv": "P-384", "x": zeros(48), "y": zeros(48)})), Ok(vec![Es384]));
        assert_eq!(of(ed.clone()), Ok(vec![EdDsa]));
        assert_eq!(of(with(ed, "alg", "Ed25519")), Ok(vec![EdDsa]));
        for alg in ["HS256", "PS256", "ES256", "RSA-OAEP", "none", ""] {
            assert_eq!(of(with(rsa.clone(), "alg", alg)), Err(KeyProblem::Algorithm(alg.to_owned())));
        }
        assert_eq!(of(with(rsa.clone(), "use", "enc")), Err(KeyProblem::Use));
        assert_eq!(of(with(rsa.clone(), "key_ops", json!(["encrypt"]))), Err(KeyProblem::Use));
        assert_eq!(of(with(rsa, "d", "AQAB")), Err(KeyProblem::Private));
    }

    #[test]
    fn a_key_that_cannot_be_used_says_why() {
        for bits in [8, 1024, 2047, 8193] {
            assert_eq!(of(json!({"kty": "RSA", "n": modulus(bits), "e": "AQAB"})), Err(KeyProblem::Bits(bits)));
        }
        assert_eq!(of(json!({"kty": "oct", "k": "AAAA"})), Err(KeyProblem::Kind("oct".to_owned())));
        let other = json!({"kty": "EC", "crv": "secp256k1", "x": zeros(32), "y": zeros(32)});
        assert_eq!(of(other), Err(KeyProblem::Kind("EC secp256k1".to_owned())));
        for malformed in [
            json!("key"),
            json!({"kty": 1}),
            json!({"kty": "RSA", "n": modulus(2048)}),
            json!({"kty": "RSA", "n": "*", "e": "AQAB"}),
            json!({"kty": "RSA", "n": modulus(2048), "e": "AAAA"}),
            json!({"kty": "EC", "crv": "P-256", "x": zeros(31), "y": zeros(32)}),
            json!({"kty": "EC", "crv": "P-384", "x": zeros(48)}),
            json!({"kty": "OKP", "crv": "Ed25519", "x": zeros(33)}),
        ] {
            assert_eq!(of(malformed.clone()), Err(KeyProblem::Malformed), "{malformed}");
        }
    }

    #[test]
    fn keys_are_found_by_their_id() {
        let json = json!({"keys": [{"kid": "a"}, {"kid": "b"}, {"kid": "b"}, {"kid": 1}, {}]}).to_string();
        let set = KeySet::parse(json.as_bytes()).unwrap();
        assert_eq!(set.len(), 5);
        assert_eq!([Some("a"), Some("b"), Some("c"), None].map(|kid| set.candidates(kid).count()), [1, 2, 0, 0]);
        assert_eq!([Some("a"), Some("c"), None].map(|kid| set.knows(kid)), [true, false, true]);
        for none in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[]}"#] {
            assert!(KeySet::parse(none.as_bytes()).is_none(), "{none}");
        }
    }

    proptest! {
        #[test]
        fn no_document_makes_it_panic(
            kty in "RSA|EC|OKP",
            crv in "P-256|P-384|Ed25519",
            x in "[A-Za-z_-]{0,90}",
            y in ".{0,50}",
        ) {
            let _ = of(json!({"kty": kty, "crv": crv, "x": x, "y": y, "n": x, "e": x}));
        }
    }
}
