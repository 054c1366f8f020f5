//! Building an index and its blocks, from the previous ones and the servers that changed since, or from all servers.
//!
//! Both give the same bytes for the same state.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::iter::Peekable;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use xxhash_rust::xxh3::xxh3_64;
use zerocopy::IntoBytes;
use zerocopy::little_endian::{I64, U32, U64};

use super::block::{self, Block, begins_block};
use super::block_puts::BlockPuts;
use super::entry;
use super::index::Index;
use super::layout::{BlockRow, EntryRow, FORMAT, Header, LATEST, MAGIC, ServerRow, Span};
use super::reader::{Place, Snapshot};
use super::{EntryColumns, SnapshotError};
use crate::model::{ServerName, Status};
use crate::store::ServerState;

/// Blocks of the previous snapshot that are read ahead.
const BLOCKS_AHEAD: usize = 8;

/// One server of the new index.
enum Source<'a> {
    /// As the previous snapshot has it.
    Stored(Place),
    Changed(&'a ServerName, &'a ServerState),
}

/// Builds the index that follows that of `previous`: its delta and the servers that `changed` since are part of it.
///
/// # Errors
/// When a block of the previous snapshot cannot be read, one cannot be written, or the catalogue is too large.
pub(super) async fn build(
    previous: &Snapshot,
    changed: &BTreeMap<ServerName, ServerState>,
    blocks: &mut BlockPuts<'_>,
) -> Result<Index, SnapshotError> {
    let mut builder = Builder::default();
    let groups = Groups { sources: sources(previous, changed).peekable() };
    let mut groups = stream::iter(groups).map(|group| load(previous, group)).buffered(BLOCKS_AHEAD);
    while let Some(group) = blocks.beside(groups.next()).await? {
        let Loaded { group, blocks: held } = group?;
        if let Some(number) = whole_block(previous.index(), &group) {
            builder.keep_block(previous.index(), number)?;
            continue;
        }
        builder.begin_block()?;
        for source in &group {
            match source {
                Source::Changed(name, state) => builder.add(name, state)?,
                Source::Stored(place) => {
                    let (index, number) = previous.index_of(*place);
                    let block = held.get(&previous.block_of(*place));
                    let missing = || SnapshotError::Missing(format!("the block of server {number}"));
                    builder.copy(index, number, block.ok_or_else(missing)?)?;
                }
            }
        }
        blocks.push(builder.end_block()?).await?;
    }
    blocks.finish().await?;
    builder.finish()
}

/// Builds an index from all servers, given one after another in the order of their names.
#[derive(Default)]
pub(super) struct FullBuild {
    builder: Builder,
    is_open: bool,
}

impl FullBuild {
    /// Adds the server that follows in the order of names.
    pub(super) async fn add(
        &mut self,
        name: &ServerName,
        state: &ServerState,
        blocks: &mut BlockPuts<'_>,
    ) -> Result<(), SnapshotError> {
        if begins_block(name.as_str()) || !self.is_open {
            self.close(blocks).await?;
            self.builder.begin_block()?;
            self.is_open = true;
        }
        self.builder.add(name, state)
    }

    pub(super) async fn finish(mut self, blocks: &mut BlockPuts<'_>) -> Result<Index, SnapshotError> {
        self.close(blocks).await?;
        blocks.finish().await?;
        self.builder.finish()
    }

    async fn close(&mut self, blocks: &mut BlockPuts<'_>) -> Result<(), SnapshotError> {
        if std::mem::take(&mut self.is_open) {
            blocks.push(self.builder.end_block()?).await?;
        }
        Ok(())
    }
}

/// All servers of the new index, in order.
fn sources<'a>(
    previous: &'a Snapshot,
    changed: &'a BTreeMap<ServerName, ServerState>,
) -> impl Iterator<Item = (&'a str, Source<'a>)> {
    let mut stored = previous.places().peekable();
    let mut changed = changed.iter().peekable();
    std::iter::from_fn(move || {
        let changed_name = changed.peek().map(|(name, _)| name.as_str());
        match (stored.peek(), changed_name) {
            (Some((name, _)), Some(changed)) if *name == changed => drop(stored.next()),
            (Some((name, _)), changed) if changed.is_none_or(|changed| *name < changed) => {
                return stored.next().map(|(name, place)| (name, Source::Stored(place)));
            }
            _ => {}
        }
        changed.next().map(|(name, state)| (name.as_str(), Source::Changed(name, state)))
    })
}

/// The servers of the new index, those of a block together.
struct Groups<'a, I: Iterator<Item = (&'a str, Source<'a>)>> {
    sources: Peekable<I>,
}

impl<'a, I: Iterator<Item = (&'a str, Source<'a>)>> Iterator for Groups<'a, I> {
    type Item = Vec<Source<'a>>;

    fn next(&mut self) -> Option<Vec<Source<'a>>> {
        let mut group = vec![self.sources.next()?.1];
        while let Some((_, source)) = self.sources.next_if(|(name, _)| !begins_block(name)) {
            group.push(source);
        }
        Some(group)
    }
}

struct Loaded<'a> {
    group: Vec<Source<'a>>,
    blocks: HashMap<Option<usize>, Block>,
}

/// Reads the blocks from which servers of the group are copied.
async fn load<'a>(previous: &Snapshot, group: Vec<Source<'a>>) -> Result<Loaded<'a>, SnapshotError> {
    let mut blocks = HashMap::new();
    if whole_block(previous.index(), &group).is_none() {
        for source in &group {
            if let Source::Stored(place) = source {
                let number = previous.block_of(*place);
                if let Entry::Vacant(vacant) = blocks.entry(number) {
                    vacant.insert(previous.block(number).await?);
                }
            }
        }
    }
    Ok(Loaded { group, blocks })
}

/// The block of the previous index that has exactly these servers, unchanged.
fn whole_block(index: &Index, group: &[Source<'_>]) -> Option<usize> {
    let Some(Source::Stored(Place::Base(first))) = group.first() else { return None };
    if !group.iter().all(|source| matches!(source, Source::Stored(Place::Base(_)))) {
        return None;
    }
    let number = index.server(*first)?.block;
    let block = index.block(number)?;
    (block.first_server == *first && block.servers == group.len()).then_some(number)
}

/// The tables of an index, and the JSON of the block that is being made.
#[derive(Default)]
pub(super) struct Builder {
    servers: Vec<ServerRow>,
    entries: Vec<EntryRow>,
    rows: Vec<BlockRow>,
    heap: Vec<u8>,
    texts: Vec<u8>,
    /// The texts of the server that is being written.
    own_texts: Vec<Span>,
    /// Owners are few: each stands in the heap once.
    owners: BTreeMap<String, Span>,
    json: Vec<u8>,
}

impl Builder {
    pub(super) fn begin_block(&mut self) -> Result<(), SnapshotError> {
        let row = BlockRow { first_server: small(self.servers.len())?, ..BlockRow::default() };
        self.rows.push(row);
        Ok(())
    }

    /// The block that was begun.
    pub(super) fn end_block(&mut self) -> Result<Block, SnapshotError> {
        let block = Block::new(std::mem::take(&mut self.json));
        let servers = self.servers.len();
        if let Some(row) = self.rows.last_mut() {
            row.hash = block.hash;
            row.bytes = small(block.json.len())?;
            row.servers = small(servers - row.first_server.get() as usize)?;
        }
        Ok(block)
    }

    /// Takes a block over as it is.
    fn keep_block(&mut self, index: &Index, number: usize) -> Result<(), SnapshotError> {
        let Some(block) = index.block(number) else { return Ok(()) };
        self.rows.push(BlockRow {
            hash: block.hash,
            bytes: small(block.bytes)?,
            first_server: small(self.servers.len())?,
            servers: small(block.servers)?,
        });
        for server in block.first_server..block.first_server + block.servers {
            self.copy_columns(index, server, |entry| Ok(entry.offset))?;
        }
        Ok(())
    }

    /// Renders a server into the open block.
    pub(super) fn add(&mut self, name: &ServerName, state: &ServerState) -> Result<(), SnapshotError> {
        self.begin_server(name.as_str(), &state.owner.encode(), state.serial.0, state.versions.len())?;
        for entry in entry::Entry::of_server(name, state) {
            let offset = append(&mut self.json, entry.json.as_bytes());
            self.entry(&columns(&entry, offset))?;
        }
        Ok(())
    }

    /// Copies a server, the JSON of which is in `block`, into the open block.
    pub(super) fn copy(&mut self, index: &Index, number: usize, block: &Block) -> Result<(), SnapshotError> {
        let mut json = std::mem::take(&mut self.json);
        let copied = self.copy_columns(index, number, |entry| {
            let piece = block.slice(entry.offset, entry.length).ok_or_else(|| SnapshotError::Corrupt {
                key: block::key(&block.hash),
                reason: "it is shorter than the index says".to_owned(),
            })?;
            Ok(append(&mut json, &piece))
        });
        self.json = json;
        copied
    }

    fn copy_columns(
        &mut self,
        index: &Index,
        number: usize,
        mut offset: impl FnMut(&EntryColumns<'_>) -> Result<usize, SnapshotError>,
    ) -> Result<(), SnapshotError> {
        let Some(server) = index.server(number) else { return Ok(()) };
        self.begin_server(server.name, server.owner, server.serial, server.entries)?;
        for number in server.first_entry..server.first_entry + server.entries {
            if let Some(mut entry) = index.entry(number) {
                entry.offset = offset(&entry)?;
                self.entry(&entry)?;
            }
        }
        Ok(())
    }

    fn begin_server(&mut self, name: &str, owner: &str, serial: u64, entries: usize) -> Result<(), SnapshotError> {
        let name = self.text(name.as_bytes())?;
        let owner = match self.owners.get(owner) {
            Some(span) => *span,
            None => {
                let span = self.text(owner.as_bytes())?;
                self.owners.insert(owner.to_owned(), span);
                span
            }
        };
        self.own_texts.clear();
        self.servers.push(ServerRow {
            name,
            owner,
            serial: U64::new(serial),
            updated_at: I64::new(i64::MIN),
            texts: small(self.texts.len())?,
            first_entry: small(self.entries.len())?,
            entries: small(entries)?,
            block: small(self.rows.len().saturating_sub(1))?,
        });
        Ok(())
    }

    fn entry(&mut self, entry: &EntryColumns<'_>) -> Result<(), SnapshotError> {
        let version = self.text(entry.version.as_bytes())?;
        let search = self.search_text(entry.search)?;
        if let Some(server) = self.servers.last_mut() {
            server.updated_at = I64::new(server.updated_at.get().max(entry.updated_at));
        }
        let status = match entry.status {
            Status::Active => 0,
            Status::Deprecated => 1,
            Status::Deleted => 2,
        };
        self.entries.push(EntryRow {
            version,
            search,
            published_at: I64::new(entry.published_at),
            updated_at: I64::new(entry.updated_at),
            offset: small(entry.offset)?,
            length: small(entry.length)?,
            flags: status | if entry.is_latest { LATEST } else { 0 },
        });
        Ok(())
    }

    fn text(&mut self, text: &[u8]) -> Result<Span, SnapshotError> {
        let span = Span { offset: small(self.heap.len())?, length: small(text.len())? };
        self.heap.extend_from_slice(text);
        Ok(span)
    }

    /// A text that another version of the server has too stands there once.
    fn search_text(&mut self, text: &[u8]) -> Result<Span, SnapshotError> {
        let place = |span: &Span| span.offset.get() as usize..(span.offset.get() + span.length.get()) as usize;
        if let Some(span) = self.own_texts.iter().rev().find(|span| self.texts.get(place(span)) == Some(text)) {
            return Ok(*span);
        }
        let span = Span { offset: small(self.texts.len())?, length: small(text.len())? };
        self.texts.extend_from_slice(text);
        self.texts.push(0);
        self.own_texts.push(span);
        Ok(span)
    }

    pub(super) fn finish(self) -> Result<Index, SnapshotError> {
        let mut bytes = vec![0; size_of::<Header>()];
        bytes.extend_from_slice(self.servers.as_bytes());
        bytes.extend_from_slice(self.entries.as_bytes());
        bytes.extend_from_slice(self.rows.as_bytes());
        bytes.extend_from_slice(&self.heap);
        bytes.extend_from_slice(&self.texts);
        let header_bytes = size_of::<Header>();
        let header = Header {
            magic: MAGIC,
            format: U32::new(FORMAT),
            servers: small(self.servers.len())?,
            entries: small(self.entries.len())?,
            blocks: small(self.rows.len())?,
            heap: U64::new(self.heap.len() as u64),
            texts: U64::new(self.texts.len() as u64),
            checksum: U64::new(xxh3_64(bytes.get(header_bytes..).unwrap_or_default())),
        };
        if let Some(place) = bytes.get_mut(..header_bytes) {
            place.copy_from_slice(header.as_bytes());
        }
        Index::load(Bytes::from(bytes))
    }
}

fn columns(entry: &entry::Entry, offset: usize) -> EntryColumns<'_> {
    EntryColumns {
        version: entry.version.as_str(),
        search: entry.search.as_bytes(),
        published_at: entry.published_at.as_micros(),
        updated_at: entry.updated_at.as_micros(),
        status: entry.status,
        is_latest: entry.is_latest,
        offset,
        length: entry.json.len(),
    }
}

/// Appends an entry behind a comma and returns where it begins.
fn append(json: &mut Vec<u8>, entry: &[u8]) -> usize {
    if !json.is_empty() {
        json.push(b',');
    }
    let offset = json.len();
    json.extend_from_slice(entry);
    offset
}

fn small(number: usize) -> Result<U32, SnapshotError> {
    u32::try_from(number).map(U32::new).map_err(|_| SnapshotError::TooLarge)
}
