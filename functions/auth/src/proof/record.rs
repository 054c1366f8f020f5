//! The record with which a domain names its key: `v=MCPv1; k=ed25519; p=<base64>`.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use p384::ecdsa::signature::Verifier;
use p384::ecdsa::{Signature, VerifyingKey};
use ring::signature::{ED25519, UnparsedPublicKey};

/// A record as it was found; its parts may mean nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProofRecord<'a> {
    algorithm: &'a str,
    key: &'a str,
}

/// A key that a domain vouches for.
#[derive(Clone)]
pub(crate) enum ProofKey {
    Ed25519([u8; 32]),
    /// A compressed point.
    EcdsaP384([u8; 49], Box<VerifyingKey>),
}

/// A record names no key that is known here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidRecord {
    #[error("unsupported algorithm {0:?}, use ed25519 or ecdsap384")]
    Algorithm(String),
    #[error("the key is not in base64")]
    Base64,
    #[error("an ed25519 key has 32 bytes, this one has {0}")]
    Ed25519Length(usize),
    #[error("the ed25519 key is a point of small order, for which anyone can sign: make another one")]
    Ed25519Order,
    #[error("an ecdsap384 key is a compressed point of 49 bytes, this one has {0}")]
    EcdsaP384Length(usize),
    #[error("the ecdsap384 key is no point of the curve")]
    EcdsaP384Point,
}

/// Characters of a key that its fingerprint shows.
const FINGERPRINT_CHARS: usize = 8;

/// The points of small order, in all their encodings but for the sign: ring takes a signature that fits them for any message.
const SMALL_ORDER: [&str; 7] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

impl<'a> ProofRecord<'a> {
    /// The first record in a text. What the official registry finds with
    /// `v=MCPv1;\s*k=([^;]+);\s*p=([A-Za-z0-9+/=]+)`.
    pub(crate) fn find(text: &'a str) -> Option<Self> {
        text.match_indices("v=MCPv1;").find_map(|(at, found)| Self::parse(text.get(at + found.len()..)?))
    }

    fn parse(rest: &'a str) -> Option<Self> {
        let blank = [' ', '\t', '\n', '\r', '\x0c'];
        let (algorithm, rest) = rest.trim_start_matches(blank).strip_prefix("k=")?.split_once(';')?;
        let rest = rest.trim_start_matches(blank).strip_prefix("p=")?;
        let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
        let key = rest.get(..rest.find(|c| !is_base64(c)).unwrap_or(rest.len()))?;
        (!algorithm.is_empty() && !key.is_empty()).then_some(Self { algorithm, key })
    }

    pub(crate) fn key(self) -> Result<ProofKey, InvalidRecord> {
        let bytes = || STANDARD.decode(self.key).map_err(|_| InvalidRecord::Base64);
        match self.algorithm {
            "ed25519" => {
                let bytes: Result<[u8; 32], _> = bytes()?.try_into();
                let bytes = bytes.map_err(|bytes| InvalidRecord::Ed25519Length(bytes.len()))?;
                if is_of_small_order(bytes) {
                    return Err(InvalidRecord::Ed25519Order);
                }
                Ok(ProofKey::Ed25519(bytes))
            }
            "ecdsap384" => {
                let bytes: Result<[u8; 49], _> = bytes()?.try_into();
                let bytes = bytes.map_err(|bytes| InvalidRecord::EcdsaP384Length(bytes.len()))?;
                let point = VerifyingKey::from_sec1_bytes(&bytes).map_err(|_| InvalidRecord::EcdsaP384Point)?;
                Ok(ProofKey::EcdsaP384(bytes, Box::new(point)))
            }
            other => Err(InvalidRecord::Algorithm(other.chars().take(32).collect())),
        }
    }
}

fn is_of_small_order(mut point: [u8; 32]) -> bool {
    let [.., sign] = &mut point;
    *sign &= 0x7f;
    SMALL_ORDER.contains(&hex::encode(point).as_str())
}

impl ProofKey {
    /// Whether the holder of the private key signed `message`.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature).is_ok(),
            Self::EcdsaP384(_, key) => {
                Signature::from_slice(signature).is_ok_and(|signature| key.verify(message, &signature).is_ok())
            }
        }
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::Ed25519(_) => "ed25519",
            Self::EcdsaP384(..) => "ecdsap384",
        }
    }

    fn encoded(&self) -> String {
        match self {
            Self::Ed25519(key) => STANDARD.encode(key),
            Self::EcdsaP384(key, _) => STANDARD.encode(key),
        }
    }

    /// What tells the key from others at a glance: `ed25519:11qYAYKx`.
    pub(crate) fn fingerprint(&self) -> String {
        let encoded: String = self.encoded().chars().take(FINGERPRINT_CHARS).collect();
        format!("{}:{encoded}", self.algorithm())
    }
}

/// The whole key, in the one way in which it can be written.
impl fmt::Display for ProofKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm(), self.encoded())
    }
}

impl fmt::Debug for ProofKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fingerprint())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    fn found(text: &str) -> Option<(&str, &str)> {
        ProofRecord::find(text).map(|record| (record.algorithm, record.key))
    }

    #[test]
    fn records_are_found_as_the_official_expression_finds_them() {
        for text in [
            format!("v=MCPv1; k=ed25519; p={KEY}"),
            format!("v=MCPv1;k=ed25519;p={KEY}"),
            format!("v=MCPv1;\t\n k=ed25519; \r p={KEY}\n"),
            format!("# note\nv=MCPv1; k=ed25519; p={KEY}; more"),
            format!("v=MCPv1; v=MCPv1; k=ed25519; p={KEY} v=MCPv1; k=other; p=AAAA"),
        ] {
            assert_eq!(found(&text), Some(("ed25519", KEY)), "{text}");
        }
        assert_eq!(found("v=MCPv1; k= rsa ; p=AA-BB"), Some((" rsa ", "AA")));
    }

    #[test]
    fn other_texts_are_no_records() {
        for text in [
            "",
            "v=spf1 -all",
            "v=MCPv1",
            "v=MCPv1;",
            "v=MCPv2; k=ed25519; p=AA",
            "v=MCPv1; p=AA; k=ed25519",
            "v=MCPv1; k=; p=AA",
            "v=MCPv1; k=ed25519; p=",
            "v=MCPv1; k=ed25519; p= AA",
            "v=MCPv1 ; k=ed25519; p=AA",
            "V=MCPV1; k=ed25519; p=AA",
            "v=MCPv1;\u{a0}k=ed25519; p=AA",
        ] {
            assert_eq!(found(text), None, "{text:?}");
        }
    }

    #[test]
    fn keys_have_their_length() {
        let error = |k: &'static str, p: &str| ProofRecord { algorithm: k, key: p }.key().unwrap_err();
        assert_eq!(error("rsa", KEY), InvalidRecord::Algorithm("rsa".to_owned()));
        assert_eq!(error("Ed25519", KEY), InvalidRecord::Algorithm("Ed25519".to_owned()));
        assert_eq!(error("ed25519", "A=A="), InvalidRecord::Base64);
        assert_eq!(error("ed25519", &KEY[..43]), InvalidRecord::Base64);
        assert_eq!(error("ed25519", "AAAA"), InvalidRecord::Ed25519Length(3));
        assert_eq!(error("ecdsap384", KEY), InvalidRecord::EcdsaP384Length(32));
        // An uncompressed point, and a compressed one that is not on the curve.
        assert_eq!(error("ecdsap384", &STANDARD.encode([4; 97])), InvalidRecord::EcdsaP384Length(97));
        assert_eq!(error("ecdsap384", &STANDARD.encode([0xff; 49])), InvalidRecord::EcdsaP384Point);
        assert_eq!(error("ecdsap384", &STANDARD.encode([0; 49])), InvalidRecord::EcdsaP384Point);
    }

    #[test]
    fn keys_that_anyone_can_sign_for_are_refused() {
        for point in SMALL_ORDER {
            let mut point = hex::decode(point).unwrap();
            for sign in [0, 0x80] {
                point[31] |= sign;
                let record = format!("v=MCPv1; k=ed25519; p={}", STANDARD.encode(&point));
                let found = ProofRecord::find(&record).unwrap().key().map(drop);
                assert_eq!(found, Err(InvalidRecord::Ed25519Order), "{record}");
            }
        }
        // The neutral point is one of them: as R, with S = 0, it signs everything in its own name.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let signature = [neutral, [0; 32]].concat();
        assert!(ProofKey::Ed25519(neutral).verify(b"anything", &signature));
    }

    /// RFC 8032, section 7.1, test 1.
    #[test]
    fn ed25519_as_in_rfc_8032() {
        let key = ProofRecord { algorithm: "ed25519", key: KEY }.key().unwrap();
        let signature = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b\
                         d25bf5f0595bbe24655141438e7a100b";
        let signature = hex::decode(signature).unwrap();
        assert!(key.verify(b"", &signature));
        assert!(!key.verify(b"x", &signature) && !key.verify(b"", &signature[..63]) && !key.verify(b"", &[]));
        assert_eq!((key.fingerprint(), key.to_string()), ("ed25519:11qYAYKx".to_owned(), format!("ed25519:{KEY}")));
    }

    /// RFC 6979, appendix A.2.6, with SHA-384.
    #[test]
    fn p384_as_in_rfc_6979() {
        let x = "ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc13";
        let point = hex::decode(format!("02{x}")).unwrap();
        let key = ProofRecord { algorithm: "ecdsap384", key: &STANDARD.encode(&point) }.key().unwrap();
        let signature = "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46\
                         99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8";
        let signature = hex::decode(signature).unwrap();
        assert!(key.verify(b"sample", &signature));
        assert!(!key.verify(b"Sample", &signature) && !key.verify(b"sample", &signature[..95]));
        assert!(!key.verify(b"sample", &[0; 96]));
        assert!(key.fingerprint().starts_with("ecdsap384:Auw6TkFb"));
    }

    proptest! {
        #[test]
        fn no_record_panics(text in "(v=MCPv1;|k=|ed25519|ecdsap384|;|p=|[A-Za-z0-9+/=]{0,70}|\\PC){0,12}") {
            if let Some(record) = ProofRecord::find(&text) {
                prop_assert!(!record.key().is_ok_and(|key| key.verify(b"x", &[1; 64])));
            }
        }

        #[test]
        fn what_is_written_is_found(key in proptest::array::uniform32(0_u8..)) {
            let text = format!("v=MCPv1; k=ed25519; p={}", STANDARD.encode(key));
            let found = ProofRecord::find(&text).unwrap().key().unwrap();
            prop_assert!(matches!(found, ProofKey::Ed25519(bytes) if bytes == key));
        }
    }
}
