//! Ed25519 keys. The first one signs and all of them verify, so that a key is changed in three steps, none of which breaks
//! a token: add the new one behind the old, swap them, take the old one away once its last token has ended.

mod file;
mod signing;
mod verifying;

pub use file::KeyFileError;
pub use signing::SigningKeys;
pub use verifying::VerifyingKeys;

/// A text holds no usable keys. No message repeats what it holds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// There is no key.
    #[error("there is no key: give at least one")]
    Empty,
    /// There are too many.
    #[error("there are {0} keys, at most {max} are used at a time", max = registry::limits::TOKEN_KEYS)]
    TooMany(usize),
    /// A seed is not 64 hexadecimal digits; counted from 1.
    #[error("key {0} is not a seed of 32 bytes in hex: make one with `openssl rand -hex 32`")]
    Seed(usize),
    /// One seed stands there twice.
    #[error("key {0} is the same as one before it")]
    Twice(usize),
    /// The text is no JWK set.
    #[error("the public keys are no JWK set, as /.well-known/jwks.json answers it: {0}")]
    Set(String),
    /// A key of the set is no Ed25519 key; counted from 1.
    #[error("key {0} of the JWK set is not an Ed25519 public key (kty OKP, crv Ed25519, x of 32 bytes in base64url)")]
    Public(usize),
    /// A key of the set has private parts.
    #[error("key {0} of the JWK set has its private part `d`: replace the key, and give public parts alone")]
    Private(usize),
}
