//! Tokens of the registry: claims, permissions, signing keys.
//!
//! | module | its one job |
//! |---|---|
//! | `permission` | what a token allows |
//! | `claims` | what a token says |
//! | `keys` | who signs, and how everybody else checks it |
//! | `issuer` | makes tokens |
//! | `verify` | reads tokens |
//! | `seal` | signs snapshots, and reads signed ones |
//! | `bearer` | finds the token of a request |
//! | `environment` | keys and lifetime of a function |
//!
//! Tokens are JWTs in the official registry's form, signed with Ed25519. A function that publishes has the public keys
//! alone: what it is told it may do, it cannot tell itself.

mod bearer;
mod claims;
mod environment;
mod issuer;
mod keys;
mod permission;
mod provider;
mod seal;
mod verify;

pub use bearer::{BearerError, bearer, well_formed};
pub use claims::{AuthMethod, Claims, ISSUER};
pub use environment::{
    EnvironmentError, TOKEN_KEYS, TOKEN_LIFETIME, TOKEN_PUBLIC_KEYS, lifetime_from_env, signing_keys_from_env,
    verifying_keys_from_env,
};
pub use issuer::{InvalidLifetime, IssueError, Issued, Issuer, Lifetime, Login, TokenResponse};
pub use keys::{KeyFileError, KeysError, SigningKeys, VerifyingKeys};
pub use permission::{Action, Pattern, Permission};
pub use provider::install as install_crypto;
pub use seal::SNAPSHOT_TYPE;
pub use verify::TokenError;
