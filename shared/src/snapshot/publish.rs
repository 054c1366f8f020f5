//! Publishing: objects named by their content first, the pointer last.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::block_puts::{BlockPuts, put_object};
use super::bucket::{Headers, Precondition, PutBucket, compress};
use super::build::{FullBuild, build};
use super::delta::Delta;
use super::index::Index;
use super::mirrors::ForMirrors;
use super::pointer::{self, Pointer};
use super::reader::{Snapshot, SnapshotReader};
use super::search::FullSearch;
use super::{SnapshotError, search};
use crate::limits;
use crate::model::ServerName;
use crate::search::Document;
use crate::store::{Serial, ServerState};
use crate::time::Timestamp;

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

/// When the delta becomes part of the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// When it has grown beyond [`limits::DELTA_BYTES`].
    WhenLarge,
    /// Now: what is published has the bytes of a full build.
    Now,
}

/// What is published, and how.
#[derive(Clone, Copy, Debug)]
pub struct Publication<'a> {
    /// The serial of the state.
    pub serial: Serial,
    /// When the change with this serial was committed.
    pub time: Option<Timestamp>,
    /// When the delta becomes part of the index.
    pub fold: Fold,
    /// What mirrors get. Without it there are no files and no signature: so is the snapshot below a mirror, which hands on
    /// those of its registry.
    pub mirrors: Option<ForMirrors<'a>>,
}

/// Publishes a state: `previous`, with `changed` servers in their place.
///
/// Until the pointer is written, the last step, readers see the previous snapshot; whatever was written before a crash
/// is used again by the next attempt.
///
/// # Errors
/// [`SnapshotError::Raced`] when somebody else moved the pointer meanwhile.
pub async fn publish(
    reader: &SnapshotReader,
    writer: &dyn PutBucket,
    previous: &Snapshot,
    changed: &BTreeMap<ServerName, ServerState>,
    publication: Publication<'_>,
) -> Result<Published, SnapshotError> {
    let mut blocks = BlockPuts::new(reader, writer);
    let grown = match publication.fold {
        Fold::WhenLarge if previous.is_published() && previous.index().servers() > 0 => {
            Some(Delta::build(previous, changed)?).filter(|delta| delta.block.json.len() <= limits::DELTA_BYTES)
        }
        _ => None,
    };
    let levels = match grown {
        Some(delta) => Levels {
            index: previous.index().clone(),
            search: previous.pointer().search.clone(),
            delta: Some(delta).filter(|delta| delta.index.servers() > 0),
        },
        None => {
            let index = build(previous, changed, &mut blocks).await?;
            let (search, bytes) = search::publish(writer, previous, changed, &index).await?;
            blocks.bytes += bytes;
            Levels { index, search: Some(search), delta: None }
        }
    };
    finish(reader, writer, previous, blocks, levels, publication).await
}

/// Publishes a snapshot that is made of `servers` alone, given in the order of their names, in the place of `previous`.
///
/// # Errors
/// [`SnapshotError::Raced`] when somebody else moved the pointer meanwhile; the errors of `servers`.
pub async fn publish_all<E: From<SnapshotError>>(
    reader: &SnapshotReader,
    writer: &dyn PutBucket,
    previous: &Snapshot,
    servers: impl IntoIterator<Item = Result<(ServerName, ServerState), E>>,
    publication: Publication<'_>,
) -> Result<Published, E> {
    let mut blocks = BlockPuts::new(reader, writer);
    let mut build = FullBuild::default();
    let mut search = FullSearch::holding(limits::SEARCH_BUILD_DOCUMENTS);
    for server in servers {
        let (name, state) = server?;
        build.add(&name, &state, &mut blocks).await?;
        search.add(Document::of(&name, &state))?;
    }
    let index = build.finish(&mut blocks).await?;
    let (search, bytes) = search.publish(writer).await?;
    blocks.bytes += bytes;
    let levels = Levels { index, search: Some(search), delta: None };
    Ok(finish(reader, writer, previous, blocks, levels, publication).await?)
}

struct Levels {
    index: Index,
    /// Name of the search index of the same servers.
    search: Option<String>,
    delta: Option<Delta>,
}

/// Writes all but the blocks, the pointer last.
async fn finish(
    reader: &SnapshotReader,
    writer: &dyn PutBucket,
    previous: &Snapshot,
    blocks: BlockPuts<'_>,
    Levels { index, search, delta }: Levels,
    publication: Publication<'_>,
) -> Result<Published, SnapshotError> {
    let Publication { serial, time, mirrors, .. } = publication;
    let (blocks_written, mut bytes_written) = (blocks.written, blocks.bytes);
    let mut pointer = Pointer { serial, time, search, ..previous.pointer().clone() };
    // The same memory: comparing what it holds would take longer than all the rest.
    if !std::ptr::eq(index.bytes().as_ref(), previous.index().bytes().as_ref()) {
        pointer.index = hex::encode(Sha256::digest(index.bytes()));
        bytes_written += put_object(writer, &format!("index/{}", pointer.index), compress(index.bytes())).await?;
        reader.remember_index(&pointer.index, &index);
    }
    pointer.delta = match &delta {
        Some(delta) => {
            let (bytes, hash) = delta.encode();
            bytes_written += put_object(writer, &Delta::key(&hash), compress(&bytes)).await?;
            Some(hash)
        }
        None => None,
    };
    let block_count = index.blocks();
    let snapshot = reader.unpublished(pointer.clone(), index, delta);
    pointer.servers = snapshot.servers();
    pointer.versions = snapshot.versions();
    if let Some(mirrors) = mirrors {
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
