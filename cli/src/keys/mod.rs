//! The private keys with which a publisher proves a domain: kept as hex, shown as proof records.

mod file;
mod record;

use anyhow::{Context, anyhow, bail};
use p384::ecdsa::SigningKey;
use p384::ecdsa::signature::Signer;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{Ed25519KeyPair, KeyPair};

pub(crate) use file::{create, default_path, read};
pub(crate) use record::{WELL_KNOWN, record};

/// The kinds of keys that the official registry knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Algorithm {
    Ed25519,
    #[value(name = "ecdsap384")]
    EcdsaP384,
}

impl Algorithm {
    /// The word in a proof record.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Ed25519 => "ed25519",
            Self::EcdsaP384 => "ecdsap384",
        }
    }

    /// Bytes of a secret: an Ed25519 seed, or a P-384 scalar.
    fn secret_bytes(self) -> usize {
        match self {
            Self::Ed25519 => 32,
            Self::EcdsaP384 => 48,
        }
    }
}

/// A key that signs.
pub(crate) enum PrivateKey {
    Ed25519(Ed25519KeyPair),
    EcdsaP384(Box<SigningKey>),
}

impl PrivateKey {
    /// A key from its hex. Its length tells the kind; `expected` has to agree.
    pub(crate) fn from_hex(text: &str, expected: Option<Algorithm>) -> anyhow::Result<Self> {
        let text = text.trim();
        if text.starts_with("-----BEGIN") {
            bail!(
                "is PEM, expected hex; print the hex of a PEM key with `openssl pkey -in FILE -noout -text | grep -A3 \
                 priv: | tail -n +2 | tr -d ' :\\n'`, or make a key with `berth keys new`"
            );
        }
        let secret = hex::decode(text).map_err(|error| anyhow!("is not hex: {error}"))?;
        let algorithm = match secret.len() {
            32 => Algorithm::Ed25519,
            48 => Algorithm::EcdsaP384,
            bytes => bail!("has {bytes} bytes; an ed25519 key has 32 (64 hex digits), an ecdsap384 key 48 (96)"),
        };
        if let Some(expected) = expected.filter(|expected| *expected != algorithm) {
            bail!("is an {} key by its length, not {}", algorithm.as_str(), expected.as_str());
        }
        Self::from_secret(algorithm, &secret)
    }

    fn from_secret(algorithm: Algorithm, secret: &[u8]) -> anyhow::Result<Self> {
        let invalid = || anyhow!("is no valid {} key; make one with `berth keys new`", algorithm.as_str());
        match algorithm {
            Algorithm::Ed25519 => Ed25519KeyPair::from_seed_unchecked(secret).map(Self::Ed25519).map_err(|_| invalid()),
            Algorithm::EcdsaP384 => {
                SigningKey::from_slice(secret).map(|key| Self::EcdsaP384(Box::new(key))).map_err(|_| invalid())
            }
        }
    }

    /// The signature over `message`: 64 bytes of Ed25519, or R‖S over its SHA-384.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Ed25519(key) => key.sign(message).as_ref().to_vec(),
            Self::EcdsaP384(key) => {
                let signature: p384::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
        }
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Ed25519(_) => Algorithm::Ed25519,
            Self::EcdsaP384(_) => Algorithm::EcdsaP384,
        }
    }

    /// The public key as proof records hold it: 32 bytes, or a compressed point of 49.
    fn public(&self) -> Vec<u8> {
        match self {
            Self::Ed25519(key) => key.public_key().as_ref().to_vec(),
            Self::EcdsaP384(key) => key.verifying_key().to_sec1_point(true).as_bytes().to_vec(),
        }
    }
}

/// A new key, and its hex.
pub(crate) fn generate(algorithm: Algorithm) -> anyhow::Result<(PrivateKey, String)> {
    let random = SystemRandom::new();
    let mut secret = vec![0; algorithm.secret_bytes()];
    loop {
        random.fill(&mut secret).ok().context("the system has no randomness for a key")?;
        // Of 2¹⁹⁴ scalars about one is out of range.
        if let Ok(key) = PrivateKey::from_secret(algorithm, &secret) {
            return Ok((key, hex::encode(&secret)));
        }
    }
}

#[cfg(test)]
mod tests {
    use p384::ecdsa::signature::Verifier;
    use p384::ecdsa::{Signature, VerifyingKey};
    use ring::signature::{ED25519, UnparsedPublicKey};

    use super::*;

    #[test]
    fn ed25519_is_that_of_rfc_8032() {
        let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        let key = PrivateKey::from_hex(&format!(" {}\n", seed.to_uppercase()), None).unwrap();
        assert_eq!(hex::encode(key.public()), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        assert!(hex::encode(key.sign(b"")).starts_with("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065"));
    }

    #[test]
    fn p384_is_that_of_rfc_6979() {
        let secret = "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5";
        let key = PrivateKey::from_hex(secret, Some(Algorithm::EcdsaP384)).unwrap();
        assert!(hex::encode(key.public()).ends_with(
            "ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc13"
        ));
        assert_eq!(
            hex::encode(key.sign(b"sample")),
            "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46\
             99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8"
        );
    }

    #[test]
    fn new_keys_sign_and_come_back_from_their_hex() {
        for algorithm in [Algorithm::Ed25519, Algorithm::EcdsaP384] {
            let (key, hex) = generate(algorithm).unwrap();
            let again = PrivateKey::from_hex(&hex, None).unwrap();
            assert_eq!((again.algorithm(), again.public()), (algorithm, key.public()));
            let signature = again.sign(b"message");
            let verified = match algorithm {
                Algorithm::Ed25519 => {
                    UnparsedPublicKey::new(&ED25519, key.public()).verify(b"message", &signature).is_ok()
                }
                Algorithm::EcdsaP384 => {
                    let signature = Signature::from_slice(&signature).unwrap();
                    VerifyingKey::from_sec1_bytes(&key.public()).unwrap().verify(b"message", &signature).is_ok()
                }
            };
            assert!(verified);
            assert_ne!(generate(algorithm).unwrap().1, hex);
        }
    }

    #[test]
    fn what_is_no_key_is_named() {
        let refusal = |text: &str, expected| PrivateKey::from_hex(text, expected).err().unwrap().to_string();
        assert!(refusal("zz", None).starts_with("is not hex"));
        assert!(refusal("", None).starts_with("has 0 bytes"));
        assert!(refusal(&"00".repeat(31), None).starts_with("has 31 bytes"));
        assert!(refusal("-----BEGIN PRIVATE KEY-----\n", None).starts_with("is PEM"));
        assert!(refusal(&"00".repeat(48), None).starts_with("is no valid ecdsap384 key"));
        assert!(refusal(&"ff".repeat(48), None).starts_with("is no valid ecdsap384 key"));
        let other = refusal(&"11".repeat(32), Some(Algorithm::EcdsaP384));
        assert_eq!(other, "is an ed25519 key by its length, not ecdsap384");
    }
}
