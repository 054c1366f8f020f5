//! Proofs that somebody holds the key of a domain: what is claimed, where keys are found, what is used once.

mod claim;
mod dns;
mod file;
mod record;

use registry::limits;

pub(crate) use claim::Claim;
pub use dns::Dns;
pub use file::ProofFiles;
pub(crate) use record::{ProofKey, ProofRecord};
pub use registry_domain::DnsError;
use registry_domain::{FetchError, LookupError};

use crate::domain::{Domain, InvalidDomain};

/// Why a login by DNS or HTTP is refused, for the client.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error(transparent)]
    Domain(#[from] InvalidDomain),
    #[error("invalid timestamp format: expected RFC 3339, such as 2026-11-21T02:06:06Z")]
    TimestampFormat,
    #[error("timestamp outside valid window (±{seconds} seconds)", seconds = limits::LOGIN_WINDOW_SECONDS)]
    Window,
    #[error("invalid signature format, must be hex")]
    SignatureFormat,
    #[error("invalid signature length: 64 bytes (Ed25519) or 96 bytes (ECDSA P-384) expected, got {0}")]
    SignatureLength(usize),
    #[error("failed to lookup DNS TXT records: {0}")]
    Lookup(#[from] LookupError),
    #[error("failed to fetch public key: {0}")]
    Fetch(#[from] FetchError),
    #[error(
        "no MCP public key found in DNS TXT records of {0}: add one that reads \"v=MCPv1; k=ed25519; p=<public key>\""
    )]
    NoRecord(Domain),
    #[error("no MCP public key found in DNS TXT records of {0}, but there is one at {1}: move it to {0} itself")]
    Misplaced(Domain, String),
    #[error("no MCP public key found in HTTP response: {0} must hold \"v=MCPv1; k=ed25519; p=<public key>\"")]
    NoRecordInFile(String),
    #[error(
        "signature verification failed: tried {}; sign with the private key of one of these, or replace the record",
        .0.join(", ")
    )]
    Mismatch(Vec<String>),
    #[error("this signed timestamp has been used already: sign a fresh one")]
    Used,
}
