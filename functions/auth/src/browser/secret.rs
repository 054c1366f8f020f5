//! Random values that only their holder knows.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};

/// 256 bits that nobody can guess, as 43 characters of base64url.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret(String);

/// The SHA-256 of a secret: what the table keeps of it.
#[derive(Clone, Copy)]
pub(super) struct SecretHash([u8; 32]);

/// The system gives no random numbers.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the system gives no random numbers")]
pub(super) struct NoRandom;

/// The text is no secret of ours. No message repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected 43 characters of base64url")]
pub(super) struct NoSecret;

/// Random bytes.
pub(super) fn random<const N: usize>() -> Result<[u8; N], NoRandom> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| NoRandom)?;
    Ok(bytes)
}

impl Secret {
    /// A new one.
    pub(super) fn random() -> Result<Self, NoRandom> {
        Ok(Self(URL_SAFE_NO_PAD.encode(random::<32>()?)))
    }

    /// The secret itself, for its holder alone.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }

    pub(super) fn hash(&self) -> SecretHash {
        SecretHash(sha256(self.0.as_bytes()))
    }

    /// The challenge that goes with the secret where it is the verifier of RFC 7636, method `S256`.
    pub(super) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(sha256(self.0.as_bytes()))
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.iter_mut().zip(digest(&SHA256, bytes).as_ref()).for_each(|(to, from)| *to = *from);
    hash
}

impl FromStr for Secret {
    type Err = NoSecret;

    fn from_str(text: &str) -> Result<Self, NoSecret> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NoSecret)?;
        if bytes.len() == 32 { Ok(Self(text.to_owned())) } else { Err(NoSecret) }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl SecretHash {
    /// Whether both are the same, in a time that does not depend on where they differ.
    pub(super) fn is(&self, other: &Self) -> bool {
        let difference = self.0.iter().zip(other.0).fold(0, |all, (a, b)| all | (a ^ b));
        std::hint::black_box(difference) == 0
    }
}

impl fmt::Display for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(..)")
    }
}

impl FromStr for SecretHash {
    type Err = NoSecret;

    fn from_str(text: &str) -> Result<Self, NoSecret> {
        let bytes = hex::decode(text).map_err(|_| NoSecret)?;
        bytes.try_into().map(Self).map_err(|_| NoSecret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_are_read_back() {
        let (one, other) = (Secret::random().unwrap(), Secret::random().unwrap());
        assert_ne!(one.expose(), other.expose());
        let read: Secret = one.expose().parse().unwrap();
        assert!(read.hash().is(&one.hash()) && !other.hash().is(&one.hash()));
        let hash: SecretHash = one.hash().to_string().parse().unwrap();
        assert!(hash.is(&one.hash()));
        assert!(!format!("{one:?} {hash:?}").contains(one.expose()));
    }

    #[test]
    fn other_texts_are_no_secrets() {
        for text in ["", "a", &"A".repeat(42), &"A".repeat(44), &"=".repeat(43), &"é".repeat(43), &"A/".repeat(22)] {
            assert!(text.parse::<Secret>().is_err(), "{text:?}");
        }
    }

    /// The example of RFC 7636, appendix B.
    #[test]
    fn the_challenge_is_that_of_the_standard() {
        let verifier: Secret = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".parse().unwrap();
        assert_eq!(verifier.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
