//! Private keys of domains, as `mcp-publisher` uses them.

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use registry::time::Timestamp;

/// The order of P-384.
const ORDER: &str = "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973";

pub(crate) enum Signer {
    Ed25519(Ed25519KeyPair),
    P384(EcdsaKeyPair),
}

impl Signer {
    pub(crate) fn ed25519() -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self::Ed25519(Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap())
    }

    pub(crate) fn p384() -> Self {
        let (random, algorithm) = (SystemRandom::new(), &ECDSA_P384_SHA384_FIXED_SIGNING);
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        Self::P384(EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap())
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::Ed25519(_) => "ed25519",
            Self::P384(_) => "ecdsap384",
        }
    }

    fn public(&self) -> String {
        match self {
            Self::Ed25519(pair) => STANDARD.encode(pair.public_key().as_ref()),
            Self::P384(pair) => {
                let point = pair.public_key().as_ref();
                let sign = 2 + (point[96] & 1);
                STANDARD.encode([&[sign], &point[1..49]].concat())
            }
        }
    }

    pub(crate) fn record(&self) -> String {
        format!("v=MCPv1; k={}; p={}", self.algorithm(), self.public())
    }

    pub(crate) fn fingerprint(&self) -> String {
        format!("{}:{}", self.algorithm(), &self.public()[..8])
    }

    pub(crate) fn sign(&self, message: &str) -> Vec<u8> {
        match self {
            Self::Ed25519(pair) => pair.sign(message.as_bytes()).as_ref().to_vec(),
            Self::P384(pair) => pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap().as_ref().to_vec(),
        }
    }

    /// The body of a login that is signed now.
    pub(crate) fn login(&self, domain: &str) -> Value {
        self.login_at(domain, 0)
    }

    /// The body of a login that is signed some seconds from now.
    pub(crate) fn login_at(&self, domain: &str, seconds: i64) -> Value {
        let time = Timestamp::from_micros(Timestamp::now().as_micros() + seconds * 1_000_000).unwrap().to_string();
        json!({"domain": domain, "timestamp": time, "signed_timestamp": hex::encode(self.sign(&time))})
    }
}

/// The other valid signature that anyone can make of one on P-384: `(r, n - s)`.
pub(crate) fn twin(signature: &str) -> String {
    let (bytes, order) = (hex::decode(signature).unwrap(), hex::decode(ORDER).unwrap());
    let (r, s) = bytes.split_at(48);
    let mut difference = [0_u8; 48];
    let mut borrow = 0;
    for at in (0..48).rev() {
        let digit = i16::from(order[at]) - i16::from(s[at]) - borrow;
        borrow = i16::from(digit < 0);
        difference[at] = u8::try_from(digit.rem_euclid(256)).unwrap();
    }
    hex::encode([r, &difference].concat())
}
