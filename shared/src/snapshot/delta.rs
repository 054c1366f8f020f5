//! The delta: the servers that changed since the index was built, whole, as one small object. So a publish writes what it
//! changes and not the index of all, which is built anew when the delta has grown ([`crate::limits::DELTA_BYTES`]).
//!
//! It is an index of its own with the one block that it names behind it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::SnapshotError;
use super::block::Block;
use super::build::Builder;
use super::index::Index;
use super::reader::Snapshot;
use crate::model::ServerName;
use crate::search::Document;
use crate::store::ServerState;

/// The length of the index, little-endian, comes first.
const LENGTH_BYTES: usize = size_of::<u64>();

#[derive(Clone, Debug)]
pub(super) struct Delta {
    pub(super) index: Index,
    pub(super) block: Block,
    /// The servers as search sees them. Made by the first search.
    pub(super) documents: OnceLock<Vec<Option<Document>>>,
}

impl Delta {
    /// The delta of `previous`, with `changed` servers in their place.
    pub(super) fn build(
        previous: &Snapshot,
        changed: &BTreeMap<ServerName, ServerState>,
    ) -> Result<Self, SnapshotError> {
        let mut builder = Builder::default();
        builder.begin_block()?;
        let mut changed = changed.iter().peekable();
        if let Some(Self { index, block, .. }) = previous.delta() {
            for number in 0..index.servers() {
                let Some(server) = index.server(number) else { continue };
                while let Some((name, state)) = changed.next_if(|(name, _)| name.as_str() < server.name) {
                    builder.add(name, state)?;
                }
                match changed.next_if(|(name, _)| name.as_str() == server.name) {
                    Some((name, state)) => builder.add(name, state)?,
                    None => builder.copy(index, number, block)?,
                }
            }
        }
        for (name, state) in changed {
            builder.add(name, state)?;
        }
        let block = builder.end_block()?;
        Ok(Self { index: builder.finish()?, block, documents: OnceLock::new() })
    }

    pub(super) fn key(hash: &str) -> String {
        format!("deltas/{hash}")
    }

    /// The object and its name.
    pub(super) fn encode(&self) -> (Vec<u8>, String) {
        let index = self.index.bytes();
        let mut bytes = Vec::with_capacity(LENGTH_BYTES + index.len() + self.block.json.len());
        bytes.extend_from_slice(&(index.len() as u64).to_le_bytes());
        bytes.extend_from_slice(index);
        bytes.extend_from_slice(&self.block.json);
        let hash = hex::encode(Sha256::digest(&bytes));
        (bytes, hash)
    }

    /// Reads what [`Delta::encode`] wrote.
    pub(super) fn decode(bytes: &Bytes, hash: &str) -> Result<Self, SnapshotError> {
        let corrupt = |reason: &str| SnapshotError::Corrupt { key: Self::key(hash), reason: reason.to_owned() };
        if hex::encode(Sha256::digest(bytes)) != hash {
            return Err(corrupt("its hash is wrong"));
        }
        let (length, rest) = bytes.split_first_chunk().ok_or_else(|| corrupt("it is too short"))?;
        let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
        if length > rest.len() {
            return Err(corrupt("it is shorter than it says"));
        }
        let index = Index::load(bytes.slice(LENGTH_BYTES..LENGTH_BYTES + length))?;
        let named = index.block(0).ok_or_else(|| corrupt("it names no block"))?;
        let json = bytes.slice(LENGTH_BYTES + length..);
        Ok(Self { index, block: Block { hash: named.hash, json }, documents: OnceLock::new() })
    }
}
