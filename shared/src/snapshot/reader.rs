//! Opening a snapshot, and reading its blocks when they are needed.

use std::sync::Arc;

use bytes::Bytes;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};

use super::block::{self, Block};
use super::index::Index;
use super::objects::Objects;
use super::pointer::{self, Pointer};
use super::{SnapshotError, parse_entry};
use crate::limits;
use crate::store::{Owner, Serial, ServerState};

#[derive(Clone, Debug)]
struct BlockBytes;

impl Weighter<[u8; 32], Block> for BlockBytes {
    fn weight(&self, _: &[u8; 32], block: &Block) -> u64 {
        block.json.len() as u64 + 64
    }
}

type BlockCache = Cache<[u8; 32], Block, BlockBytes>;

/// Opens snapshots of one bucket; they share the blocks in memory.
#[derive(Clone, Debug)]
pub struct SnapshotReader {
    objects: Objects,
    cache: Arc<BlockCache>,
}

/// A snapshot: its index in memory, its blocks fetched when they are needed and kept within the bytes of its reader.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pointer: Pointer,
    etag: Option<String>,
    index: Index,
    objects: Objects,
    cache: Arc<BlockCache>,
}

impl SnapshotReader {
    /// A reader of a bucket, in a function.
    #[must_use]
    pub fn new(objects: impl Into<Objects>) -> Self {
        Self::keeping(objects, limits::BLOCK_CACHE_BYTES)
    }

    /// A reader of a bucket that keeps up to `bytes` of blocks in memory.
    #[must_use]
    pub fn keeping(objects: impl Into<Objects>, bytes: usize) -> Self {
        let cache = Cache::with_weighter(bytes / (64 * 1024), bytes as u64, BlockBytes);
        Self { objects: objects.into(), cache: Arc::new(cache) }
    }

    /// The snapshot of the empty registry, from which a full build starts.
    #[must_use]
    pub fn empty(&self) -> Snapshot {
        Snapshot {
            pointer: Pointer::default(),
            etag: None,
            index: Index::default(),
            objects: self.objects.clone(),
            cache: Arc::clone(&self.cache),
        }
    }

    /// An empty snapshot that stands in the place of the published one, which may be broken: what is built from it is
    /// built from nothing, and replaces what is there now.
    ///
    /// # Errors
    /// When the bucket cannot be read.
    pub async fn replacing(&self) -> Result<Snapshot, SnapshotError> {
        let etag = self.objects.etag(pointer::KEY).await?;
        Ok(Snapshot { etag, ..self.empty() })
    }

    /// A snapshot that no pointer names yet.
    pub(super) fn unpublished(&self, pointer: Pointer, index: Index) -> Snapshot {
        Snapshot { pointer, index, ..self.empty() }
    }

    /// Keeps a block that was just written, so that it is not read back.
    pub(super) fn remember(&self, block: Block) {
        self.cache.insert(block.hash, block);
    }

    /// The snapshot in force, when it is one of the serial of `held` with another pointer: its index is not read again.
    ///
    /// # Errors
    /// As of [`SnapshotReader::open`].
    pub async fn open_again(&self, held: &Snapshot) -> Result<Snapshot, SnapshotError> {
        match self.pointer().await? {
            Some((pointer, etag)) if (pointer.serial, &pointer.index) == (held.pointer.serial, &held.pointer.index) => {
                Ok(Snapshot { pointer, etag, ..held.clone() })
            }
            _ => self.open().await,
        }
    }

    async fn pointer(&self) -> Result<Option<(Pointer, Option<String>)>, SnapshotError> {
        let Some(object) = self.objects.get(pointer::KEY).await? else { return Ok(None) };
        let pointer = serde_json::from_slice(&object.bytes)
            .map_err(|error| SnapshotError::Corrupt { key: pointer::KEY.to_owned(), reason: error.to_string() })?;
        Ok(Some((pointer, object.etag)))
    }

    /// The snapshot in force; the empty one when none was published.
    ///
    /// # Errors
    /// When the bucket cannot be read or an object is not what it should be.
    pub async fn open(&self) -> Result<Snapshot, SnapshotError> {
        let Some((pointer, etag)) = self.pointer().await? else { return Ok(self.empty()) };
        let key = format!("index/{}", pointer.index);
        let bytes = self.objects.get_compressed(&key).await?;
        Ok(Snapshot { pointer, etag, index: Index::load(bytes)?, ..self.empty() })
    }
}

impl Snapshot {
    /// The state's serial.
    #[must_use]
    pub fn serial(&self) -> Serial {
        self.pointer.serial
    }

    /// What the bucket holds.
    #[must_use]
    pub fn pointer(&self) -> &Pointer {
        &self.pointer
    }

    /// Whether a pointer names it.
    #[must_use]
    pub fn is_published(&self) -> bool {
        self.etag.is_some()
    }

    /// Validator of the pointer; `None` when none is published.
    pub(super) fn etag(&self) -> Option<&str> {
        self.etag.as_deref()
    }

    /// The index.
    #[must_use]
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Block number `number`, from memory or from the bucket.
    ///
    /// # Errors
    /// When the bucket cannot be read, or the block's hash is wrong.
    pub async fn block(&self, number: usize) -> Result<Block, SnapshotError> {
        let columns = self.index.block(number).ok_or_else(|| SnapshotError::Missing(format!("block {number}")))?;
        let load = async {
            let key = block::key(&columns.hash);
            let json = self.objects.get_compressed(&key).await?;
            if <[u8; 32]>::from(Sha256::digest(&json)) != columns.hash {
                return Err(SnapshotError::Corrupt { key, reason: "its hash is wrong".to_owned() });
            }
            Ok(Block { hash: columns.hash, json })
        };
        self.cache.get_or_insert_async(&columns.hash, load).await
    }

    /// Block number `number` if it is in memory.
    #[must_use]
    pub fn cached_block(&self, number: usize) -> Option<Block> {
        self.cache.get(&self.index.block(number)?.hash)
    }

    /// The JSON of entry number `entry`, which lies in `block`.
    #[must_use]
    pub fn entry_json(&self, block: &Block, entry: usize) -> Option<Bytes> {
        let columns = self.index.entry(entry)?;
        block.slice(columns.offset, columns.length)
    }

    /// Server number `number`, whole.
    ///
    /// # Errors
    /// When its block cannot be read or does not hold what the index says.
    pub async fn server_state(&self, number: usize) -> Result<Option<ServerState>, SnapshotError> {
        let Some(server) = self.index.server(number) else { return Ok(None) };
        let block = self.block(server.block).await?;
        let corrupt = |reason: &str| SnapshotError::Corrupt { key: block::key(&block.hash), reason: reason.to_owned() };
        let owner = Owner::decode(server.owner).ok_or_else(|| corrupt("a server has no known owner"))?;
        let (mut latest, mut versions) = (None, std::collections::BTreeMap::new());
        for number in server.first_entry..server.first_entry + server.entries {
            let json = self.entry_json(&block, number).ok_or_else(|| corrupt("it is shorter than the index says"))?;
            let json = std::str::from_utf8(&json).map_err(|_| corrupt("it is not utf-8"))?;
            let (state, is_latest) = parse_entry(json).map_err(|error| corrupt(&error.to_string()))?;
            let version = self.index.entry(number).and_then(|entry| entry.version.parse().ok());
            let version: crate::model::ServerVersion = version.ok_or_else(|| corrupt("a version is invalid"))?;
            if is_latest {
                latest = Some(version.clone());
            }
            versions.insert(version, state);
        }
        let latest = latest.ok_or_else(|| corrupt("a server has no latest version"))?;
        Ok(Some(ServerState { owner, latest, serial: Serial(server.serial), versions }))
    }
}
