//! Keys that sign.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use registry::limits;
use ring::signature::{Ed25519KeyPair, KeyPair};

use super::file::{self, KeyFileError};
use super::verifying::PublicKey;
use super::{KeysError, VerifyingKeys};
use crate::claims::Claims;
use crate::provider;

/// Keys that sign, with their public parts. [`FromStr`] reads seeds of 32 bytes in hex, separated by white space or commas.
#[derive(Clone)]
pub struct SigningKeys {
    first: EncodingKey,
    public: Vec<PublicKey>,
}

impl SigningKeys {
    /// Reads the keys of a file, which is created with a new key if there is none. For a registry on a laptop.
    ///
    /// # Errors
    /// When the file is readable by others than its owner, holds no keys, or cannot be read or created.
    pub fn open_or_create(path: &Path) -> Result<Self, KeyFileError> {
        file::open_or_create(path)
    }

    /// The key that signs.
    pub(crate) fn first(&self) -> &EncodingKey {
        &self.first
    }

    /// The id of the key that signs.
    pub(crate) fn kid(&self) -> Option<String> {
        self.public.first().map(|key| key.kid.clone())
    }

    pub(crate) fn sign(&self, claims: &Claims) -> Result<String, jsonwebtoken::errors::Error> {
        provider::install();
        let header = Header { kid: self.kid(), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, claims, &self.first)
    }
}

impl FromStr for SigningKeys {
    type Err = KeysError;

    fn from_str(text: &str) -> Result<Self, KeysError> {
        let words: Vec<&str> = text.split([',', ' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect();
        if words.len() > limits::TOKEN_KEYS {
            return Err(KeysError::TooMany(words.len()));
        }
        let mut first = None;
        let mut public: Vec<PublicKey> = Vec::with_capacity(words.len());
        for (at, word) in (1..).zip(words) {
            let mut seed = [0_u8; 32];
            hex::decode_to_slice(word, &mut seed).map_err(|_| KeysError::Seed(at))?;
            let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| KeysError::Seed(at))?;
            let bytes = pair.public_key().as_ref().try_into().map_err(|_| KeysError::Seed(at))?;
            let key = PublicKey::new(bytes);
            if public.iter().any(|known| known.kid == key.kid) {
                return Err(KeysError::Twice(at));
            }
            first.get_or_insert_with(|| EncodingKey::from_ed_der(&seed));
            public.push(key);
        }
        Ok(Self { first: first.ok_or(KeysError::Empty)?, public })
    }
}

impl From<&SigningKeys> for VerifyingKeys {
    fn from(keys: &SigningKeys) -> Self {
        Self::new(keys.public.clone())
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<&str> = self.public.iter().map(|key| key.kid.as_str()).collect();
        f.debug_tuple("SigningKeys").field(&ids).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    const B: &str = "4CCD089B28FF96DA9DB6C346EC114E0F5B8A319F35ABA624DA8CF6ED4FB8A6FB";

    #[test]
    fn seeds_are_separated_by_anything() {
        for text in [format!("{A},{B}"), format!("{A}\n{B}\n"), format!(" {A} ,\t{B}")] {
            assert_eq!(text.parse::<SigningKeys>().unwrap().public.len(), 2, "{text}");
        }
    }

    #[test]
    fn what_is_no_seed_is_refused_without_being_repeated() {
        let error = |text: &str| text.parse::<SigningKeys>().unwrap_err();
        assert_eq!(error(" , "), KeysError::Empty);
        assert_eq!(error(&A[1..]), KeysError::Seed(1));
        assert_eq!(error(&format!("{A} {A}00")), KeysError::Seed(2));
        assert_eq!(error(&format!("{A} {}", A.to_uppercase())), KeysError::Twice(2));
        let many: Vec<String> = (0..9).map(|n| format!("{n:064x}")).collect();
        assert_eq!(error(&many.join(" ")), KeysError::TooMany(9));
        assert!(!error("deadbeef").to_string().contains("deadbeef"));
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!("{:?}", A.parse::<SigningKeys>().unwrap());
        assert!(!shown.contains(A) && !shown.contains("9d61"), "{shown}");
        let bytes = format!("{:?}", hex::decode(A).unwrap());
        assert!(!shown.contains(bytes.trim_matches(['[', ']'])), "{shown}");
    }
}
