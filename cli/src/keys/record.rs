//! The proof record: what a domain publishes for a key.

use base64::prelude::{BASE64_STANDARD, Engine};

use super::PrivateKey;

/// Where a web site has its proof record.
pub(crate) const WELL_KNOWN: &str = "/.well-known/mcp-registry-auth";

/// The text of the TXT record and of the file, which are the same.
pub(crate) fn record(key: &PrivateKey) -> String {
    format!("v=MCPv1; k={}; p={}", key.algorithm().as_str(), BASE64_STANDARD.encode(key.public()))
}
