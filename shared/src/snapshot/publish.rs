//! Publishing: objects named by their content first, the pointer last.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use sha2::{Digest, Sha256};

use super::bucket::{Headers, Precondition, PutBucket, compress};
use super::build::{Built, build};
use super::mirrors::ForMirrors;
use super::pointer::{self, Pointer};
use super::reader::{Snapshot, SnapshotReader};
use super::{SnapshotError, block};
use crate::model::ServerName;
use crate::store::{Serial, ServerState};
use crate::time::Timestamp;

/// Objects that are written at once.
const PARALLEL_PUTS: usize = 8;

/// What a publish did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The snapshot in force afterwards.
    pub pointer: Pointer,
    /// Blocks that were written.
    pub blocks_written: usize,
    /// Blocks of the snapshot.
    pub blocks: usize,
    /// Bytes that were written, all objects together.
    pub bytes_written: u64,
}

impl Published {
    /// Nothing had to be done.
    #[must_use]
    pub fn unchanged(snapshot: &Snapshot) -> Self {
        let (pointer, blocks) = (snapshot.pointer().clone(), snapshot.index().blocks());
        Self { pointer, blocks_written: 0, blocks, bytes_written: 0 }
    }
}

/// Publishes the state at `serial`: `previous`, with `changed` servers in their place.
///
/// Until the pointer is written, the last step, readers see the previous snapshot; whatever was written before a crash
/// is used again by the next attempt. Without `mirrors` it has no files and no signature: so is the one below a mirror, which
/// hands on those of its registry.
///
/// # Errors
/// [`SnapshotError::Raced`] when somebody else moved the pointer meanwhile.
pub async fn publish<'a>(
    reader: &SnapshotReader,
    writer: &dyn PutBucket,
    previous: &Snapshot,
    changed: &BTreeMap<ServerName, ServerState>,
    serial: Serial,
    time: Option<Timestamp>,
    mirrors: impl Into<Option<ForMirrors<'a>>>,
) -> Result<Published, SnapshotError> {
    let Built { index, blocks } = build(previous, changed).await?;
    let index_bytes = compress(index.bytes());
    let index_hash: [u8; 32] = Sha256::digest(index.bytes()).into();
    let mut bytes_written = 0;
    let blocks_written = blocks.len();
    {
        let puts = blocks.iter().map(|block| put_object(writer, block::key(&block.hash), compress(&block.json)));
        let mut puts = futures_util::stream::iter(puts).buffer_unordered(PARALLEL_PUTS);
        while let Some(bytes) = puts.try_next().await? {
            bytes_written += bytes;
        }
    }
    for block in blocks {
        reader.remember(block);
    }
    bytes_written += put_object(writer, format!("index/{}", hex::encode(index_hash)), index_bytes).await?;

    let mut pointer = Pointer {
        serial,
        time,
        servers: index.servers(),
        versions: index.entries(),
        index: hex::encode(index_hash),
        ..Pointer::default()
    };
    let block_count = index.blocks();
    let snapshot = reader.unpublished(pointer.clone(), index);
    if let Some(mirrors) = mirrors.into() {
        bytes_written += mirrors.write(writer, previous.pointer(), &snapshot, &mut pointer).await?;
    }

    let json = serde_json::to_vec_pretty(&pointer)
        .map_err(|error| SnapshotError::Corrupt { key: pointer::KEY.to_owned(), reason: error.to_string() })?;
    bytes_written += json.len() as u64;
    let precondition = previous.etag().map_or(Precondition::Absent, Precondition::Matches);
    let headers = Headers { content_type: "application/json", ..Headers::default() };
    if !writer.put(pointer::KEY, json.into(), headers, precondition).await? {
        return Err(SnapshotError::Raced);
    }
    Ok(Published { pointer, blocks_written, blocks: block_count, bytes_written })
}

async fn put_object(writer: &dyn PutBucket, key: String, bytes: Bytes) -> Result<u64, SnapshotError> {
    let size = bytes.len() as u64;
    let headers = Headers { content_type: "application/octet-stream", is_immutable: true, ..Headers::default() };
    writer.put(&key, bytes, headers, Precondition::None).await?;
    Ok(size)
}
