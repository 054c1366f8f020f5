//! Opening a snapshot, and reading its blocks when they are needed.

use std::sync::{Arc, Mutex, PoisonError};

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};

use super::block::{self, Block};
use super::delta::Delta;
use super::index::{Index, ServerColumns};
use super::objects::Objects;
use super::pointer::{self, Pointer};
use super::search::SearchIndexes;
use super::{EntryColumns, SnapshotError, parse_entry};
use crate::limits;
use crate::model::ServerVersion;
use crate::search::SearchIndex;
use crate::store::{Owner, Serial, ServerState};

#[derive(Clone, Debug)]
struct BlockBytes;

impl Weighter<[u8; 32], Block> for BlockBytes {
    fn weight(&self, _: &[u8; 32], block: &Block) -> u64 {
        block.json.len() as u64 + 64
    }
}

type BlockCache = Cache<[u8; 32], Block, BlockBytes>;

/// Opens snapshots of one bucket; they share the blocks in memory, and the index as long as it is the same.
#[derive(Clone, Debug)]
pub struct SnapshotReader {
    objects: Objects,
    cache: Arc<BlockCache>,
    /// The last index that was read, by its hash: most snapshots differ in their delta alone.
    index: Arc<Mutex<(String, Index)>>,
    searches: SearchIndexes,
}

/// A snapshot: index and delta in memory, its blocks fetched when they are needed and kept within the bytes of its reader.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pointer: Pointer,
    etag: Option<String>,
    index: Index,
    delta: Option<Arc<Delta>>,
    objects: Objects,
    cache: Arc<BlockCache>,
    searches: SearchIndexes,
}

/// Where a server lies: by its number in the index, or in that of the delta.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// As it was when the index was built.
    Base(usize),
    /// As it was changed since.
    Delta(usize),
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
        let (index, searches) = (Arc::default(), SearchIndexes::default());
        Self { objects: objects.into(), cache: Arc::new(cache), index, searches }
    }

    /// The snapshot of the empty registry, from which a full build starts.
    #[must_use]
    pub fn empty(&self) -> Snapshot {
        Snapshot {
            pointer: Pointer::default(),
            etag: None,
            index: Index::default(),
            delta: None,
            objects: self.objects.clone(),
            cache: Arc::clone(&self.cache),
            searches: self.searches.clone(),
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
    pub(super) fn unpublished(&self, pointer: Pointer, index: Index, delta: Option<Delta>) -> Snapshot {
        Snapshot { pointer, index, delta: delta.map(Arc::new), ..self.empty() }
    }

    /// Keeps a block that was just written, so that it is not read back.
    pub(super) fn remember(&self, block: Block) {
        self.cache.insert(block.hash, block);
    }

    /// The same for an index.
    pub(super) fn remember_index(&self, hash: &str, index: &Index) {
        *self.index.lock().unwrap_or_else(PoisonError::into_inner) = (hash.to_owned(), index.clone());
    }

    /// The snapshot in force, when it is one of the serial of `held` with another pointer: nothing else is read again.
    ///
    /// # Errors
    /// As of [`SnapshotReader::open`].
    pub async fn open_again(&self, held: &Snapshot) -> Result<Snapshot, SnapshotError> {
        let parts = |pointer: &Pointer| (pointer.serial, pointer.index.clone(), pointer.delta.clone());
        match self.pointer().await? {
            Some((pointer, etag)) if parts(&pointer) == parts(&held.pointer) => {
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
        let (index, delta) = tokio::try_join!(self.index(&pointer.index), self.delta(pointer.delta.as_deref()))?;
        Ok(Snapshot { pointer, etag, index, delta, ..self.empty() })
    }

    async fn index(&self, hash: &str) -> Result<Index, SnapshotError> {
        let known = self.index.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if known.0 == hash {
            return Ok(known.1);
        }
        let index = Index::load(self.objects.get_compressed(&format!("index/{hash}")).await?)?;
        self.remember_index(hash, &index);
        Ok(index)
    }

    async fn delta(&self, hash: Option<&str>) -> Result<Option<Arc<Delta>>, SnapshotError> {
        let Some(hash) = hash else { return Ok(None) };
        let bytes = self.objects.get_compressed(&Delta::key(hash)).await?;
        Ok(Some(Arc::new(Delta::decode(&bytes, hash)?)))
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

    /// What ranked searches look at, from memory or from the bucket. What changed since the index was built is not in it.
    ///
    /// # Errors
    /// When the bucket cannot be read, or the object is not what it should be.
    pub async fn search_index(&self) -> Result<SearchIndex, SnapshotError> {
        self.searches.get(&self.objects, &self.pointer, &self.index).await
    }

    /// The index, without what changed since it was built.
    #[must_use]
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// What changed since the index was built.
    pub(super) fn delta(&self) -> Option<&Delta> {
        self.delta.as_deref()
    }

    /// How many servers have changed since the index was built.
    #[must_use]
    pub fn changed_servers(&self) -> usize {
        self.delta().map_or(0, |delta| delta.index.servers())
    }

    /// The number, among those that changed, of the first whose name is not below `name`.
    #[must_use]
    pub fn first_changed(&self, name: &str) -> usize {
        self.delta().map_or(0, |delta| delta.index.position(name).0)
    }

    /// Where server number `number` of those that changed lies.
    #[must_use]
    pub fn changed_server(&self, number: usize) -> Option<Place> {
        (number < self.changed_servers()).then_some(Place::Delta(number))
    }

    /// How many servers there are.
    #[must_use]
    pub fn servers(&self) -> usize {
        let new =
            |delta: &Delta| (0..delta.index.servers()).filter(|&number| self.replaced(delta, number).is_none()).count();
        self.index.servers() + self.delta().map_or(0, new)
    }

    /// How many versions there are.
    #[must_use]
    pub fn versions(&self) -> usize {
        let Some(delta) = self.delta() else { return self.index.entries() };
        let replaced = (0..delta.index.servers()).filter_map(|number| self.replaced(delta, number));
        let replaced: usize = replaced.map(|server| server.entries).sum();
        (self.index.entries() + delta.index.entries()).saturating_sub(replaced)
    }

    /// The server of the index in whose place server number `number` of the delta stands.
    fn replaced(&self, delta: &Delta, number: usize) -> Option<ServerColumns<'_>> {
        let (place, is_there) = self.index.position(delta.index.server(number)?.name);
        self.index.server(place).filter(|_| is_there)
    }

    /// Where the server called `name` lies.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Place> {
        if let Some(delta) = self.delta()
            && let (number, true) = delta.index.position(name)
        {
            return Some(Place::Delta(number));
        }
        let (number, is_there) = self.index.position(name);
        is_there.then_some(Place::Base(number))
    }

    /// All servers in the order of their names.
    pub fn places(&self) -> impl Iterator<Item = (&str, Place)> {
        let (mut base, mut changed) = (0, 0);
        std::iter::from_fn(move || {
            let of_base = self.index.server(base).map(|server| server.name);
            let of_delta = self.delta().and_then(|delta| delta.index.server(changed)).map(|server| server.name);
            match (of_base, of_delta) {
                (Some(name), delta) if delta.is_none_or(|delta| name < delta) => {
                    base += 1;
                    Some((name, Place::Base(base - 1)))
                }
                (of_base, Some(name)) => {
                    base += usize::from(of_base == Some(name));
                    changed += 1;
                    Some((name, Place::Delta(changed - 1)))
                }
                _ => None,
            }
        })
    }

    /// The index that a place is in, and its number there.
    pub(super) fn index_of(&self, place: Place) -> (&Index, usize) {
        match (place, self.delta()) {
            (Place::Delta(number), Some(delta)) => (&delta.index, number),
            (Place::Base(number) | Place::Delta(number), _) => (&self.index, number),
        }
    }

    /// The columns of a server.
    #[must_use]
    pub fn server(&self, place: Place) -> Option<ServerColumns<'_>> {
        let (index, number) = self.index_of(place);
        index.server(number)
    }

    /// The columns of entry number `number` of the index that `place` is in.
    #[must_use]
    pub fn entry(&self, place: Place, number: usize) -> Option<EntryColumns<'_>> {
        self.index_of(place).0.entry(number)
    }

    /// The block that a server is in; `None` for the one of the delta.
    #[must_use]
    pub fn block_of(&self, place: Place) -> Option<usize> {
        match place {
            Place::Base(number) => self.index.server(number).map(|server| server.block),
            Place::Delta(_) => None,
        }
    }

    /// A block, from memory or from the bucket.
    ///
    /// # Errors
    /// When the bucket cannot be read, or the block's hash is wrong.
    pub async fn block(&self, number: Option<usize>) -> Result<Block, SnapshotError> {
        if let Some(block) = self.cached_block(number) {
            return Ok(block);
        }
        let missing = || SnapshotError::Missing(format!("block {number:?}"));
        let columns = number.and_then(|number| self.index.block(number)).ok_or_else(missing)?;
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

    /// A block if it is in memory.
    #[must_use]
    pub fn cached_block(&self, number: Option<usize>) -> Option<Block> {
        match number {
            Some(number) => self.cache.get(&self.index.block(number)?.hash),
            None => self.delta().map(|delta| delta.block.clone()),
        }
    }

    /// A server, whole.
    ///
    /// # Errors
    /// When its block cannot be read or does not hold what the index says.
    pub async fn server_state(&self, place: Place) -> Result<Option<ServerState>, SnapshotError> {
        let (index, number) = self.index_of(place);
        let Some(server) = index.server(number) else { return Ok(None) };
        let block = self.block(self.block_of(place)).await?;
        let corrupt = |reason: &str| SnapshotError::Corrupt { key: block::key(&block.hash), reason: reason.to_owned() };
        let owner = Owner::decode(server.owner).ok_or_else(|| corrupt("a server has no known owner"))?;
        let (mut latest, mut versions) = (None, std::collections::BTreeMap::new());
        for number in server.first_entry..server.first_entry + server.entries {
            let short = || corrupt("it is shorter than the index says");
            let entry = index.entry(number).ok_or_else(short)?;
            let json = block.slice(entry.offset, entry.length).ok_or_else(short)?;
            let json = std::str::from_utf8(&json).map_err(|_| corrupt("it is not utf-8"))?;
            let (state, is_latest) = parse_entry(json).map_err(|error| corrupt(&error.to_string()))?;
            let version: ServerVersion = entry.version.parse().map_err(|_| corrupt("a version is invalid"))?;
            if is_latest {
                latest = Some(version.clone());
            }
            versions.insert(version, state);
        }
        let latest = latest.ok_or_else(|| corrupt("a server has no latest version"))?;
        Ok(Some(ServerState { owner, latest, serial: Serial(server.serial), versions }))
    }
}
