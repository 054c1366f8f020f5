//! Blocks: the rendered entries of neighbouring servers.

use bytes::Bytes;
use sha2::{Digest, Sha256};
use xxhash_rust::xxh3::xxh3_64;

/// One server in so many begins a block. At 3.4 versions a server and 900 bytes an entry (the official registry,
/// October 2026) a block has some 200 KB; where one version a server is common, 60 KB.
const SERVERS_PER_BLOCK: u64 = 64;

/// Whether a server begins a block. It depends on the name alone, so that a publish moves no boundary but its own.
pub(super) fn begins_block(name: &str) -> bool {
    xxh3_64(name.as_bytes()).is_multiple_of(SERVERS_PER_BLOCK)
}

/// A block that was built or read: entries joined by commas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// SHA-256 of `json`: the object's name.
    pub hash: [u8; 32],
    /// The entries, joined by commas.
    pub json: Bytes,
}

impl Block {
    pub(super) fn new(json: Vec<u8>) -> Self {
        Self { hash: Sha256::digest(&json).into(), json: json.into() }
    }

    /// The bytes of one entry.
    pub(super) fn slice(&self, offset: usize, length: usize) -> Option<Bytes> {
        let end = offset.checked_add(length)?;
        (end <= self.json.len()).then(|| self.json.slice(offset..end))
    }
}

pub(super) fn key(hash: &[u8; 32]) -> String {
    format!("blocks/{}", hex::encode(hash))
}
