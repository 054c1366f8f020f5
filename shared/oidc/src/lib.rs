//! Identity tokens of other issuers: who an issuer says that somebody is.
//!
//! | module | its one job |
//! |---|---|
//! | `issuer` | the address of an issuer |
//! | `trust` | what the operator accepts from an issuer |
//! | `algorithm` | how tokens may be signed |
//! | `token` | reads a token without believing it |
//! | `documents` | fetches an issuer's configuration and keys |
//! | `keys` | the keys of an issuer |
//! | `cache` | keeps keys, and refuses to ask for them too often |
//! | `verify` | believes a token |
//! | `claims` | times, audience and subject of a token |
//! | `claim_match` | what the operator demands of claims |
//! | `error` | why a token is not accepted |
//! | `limits` | every limit of the above |
//!
//! ```text
//! let token = UnverifiedToken::parse(&text)?;
//! let trusted = token.choose(&issuers)?;                        // by `iss`; nothing is believed yet
//! let identity = key_sets.verify(&token, trusted, now).await?;  // signature, then claims
//! ```

mod algorithm;
mod cache;
mod claim_match;
mod claims;
mod documents;
mod error;
mod issuer;
mod keys;
pub mod limits;
mod token;
mod trust;
mod verify;

pub use algorithm::Algorithm;
pub use cache::KeySets;
pub use claim_match::{ClaimMatch, ClaimMismatch, InvalidClaimMatch};
pub use claims::VerifiedToken;
pub use error::{IssuerError, OidcError};
pub use issuer::{InvalidIssuer, IssuerUrl};
pub use keys::KeyProblem;
pub use token::UnverifiedToken;
pub use trust::{Audience, InvalidAudience, TrustedIssuer};
