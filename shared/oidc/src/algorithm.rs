//! How tokens may be signed.

use std::fmt;
use std::str::FromStr;

/// A signature algorithm of RFC 7518 that needs no shared secret. There is no `none` and no `HS256`: a token cannot
/// ask for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// RSA, SHA-256.
    Rs256,
    /// RSA, SHA-384.
    Rs384,
    /// RSA, SHA-512.
    Rs512,
    /// ECDSA on P-256, SHA-256.
    Es256,
    /// ECDSA on P-384, SHA-384.
    Es384,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Rs256, Self::Rs384, Self::Rs512, Self::Es256, Self::Es384, Self::EdDsa];

    /// As a token's header writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
        }
    }

    pub(crate) fn for_provider(self) -> jsonwebtoken::Algorithm {
        use jsonwebtoken::Algorithm as Other;
        match self {
            Self::Rs256 => Other::RS256,
            Self::Rs384 => Other::RS384,
            Self::Rs512 => Other::RS512,
            Self::Es256 => Other::ES256,
            Self::Es384 => Other::ES384,
            Self::EdDsa => Other::EdDSA,
        }
    }
}

/// Algorithms, joined by commas, for messages.
pub(crate) fn list(algorithms: &[Algorithm]) -> String {
    let names: Vec<&str> = algorithms.iter().map(|algorithm| algorithm.as_str()).collect();
    names.join(", ")
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Algorithm {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == text).ok_or(())
    }
}
