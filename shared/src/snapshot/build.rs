//! Building a snapshot from the previous one and the servers that changed since.
//!
//! A full build is the same from an empty one, so both give the same bytes.

use std::collections::BTreeMap;

use bytes::Bytes;
use xxhash_rust::xxh3::xxh3_64;
use zerocopy::IntoBytes;
use zerocopy::little_endian::{I64, U32, U64};

use super::block::{Block, begins_block};
use super::entry::Entry;
use super::index::Index;
use super::layout::{BlockRow, EntryRow, FORMAT, Header, LATEST, MAGIC, ServerRow, Span};
use super::reader::Snapshot;
use super::{EntryColumns, SnapshotError};
use crate::model::{ServerName, Status};
use crate::store::ServerState;

/// A snapshot that is not yet stored.
#[derive(Debug)]
pub struct Built {
    /// The new index.
    pub index: Index,
    /// The blocks that the previous snapshot did not have. Names may repeat.
    pub blocks: Vec<Block>,
}

/// One server of the new snapshot.
enum Source<'a> {
    /// Server number so-and-so of the previous snapshot, as it was.
    Same(usize),
    Changed(&'a ServerName, &'a ServerState),
}

/// Builds the snapshot that follows `previous` when `changed` are the servers, whole, that changed since.
///
/// # Errors
/// When a block of the previous snapshot cannot be read, or the catalogue is too large.
pub async fn build(previous: &Snapshot, changed: &BTreeMap<ServerName, ServerState>) -> Result<Built, SnapshotError> {
    let mut builder = Builder::default();
    for group in groups(previous.index(), changed) {
        builder.group(previous, &group).await?;
    }
    builder.finish()
}

/// The servers of the new snapshot, a group a block.
fn groups<'a>(index: &Index, changed: &'a BTreeMap<ServerName, ServerState>) -> Vec<Vec<Source<'a>>> {
    let mut groups: Vec<Vec<Source<'a>>> = Vec::new();
    let mut push = |name: &str, source| match groups.last_mut() {
        Some(group) if !begins_block(name) => group.push(source),
        _ => groups.push(vec![source]),
    };
    let mut changed = changed.iter().peekable();
    for number in 0..index.servers() {
        let Some(server) = index.server(number) else { continue };
        while let Some((name, state)) = changed.next_if(|(name, _)| name.as_str() < server.name) {
            push(name.as_str(), Source::Changed(name, state));
        }
        match changed.next_if(|(name, _)| name.as_str() == server.name) {
            Some((name, state)) => push(name.as_str(), Source::Changed(name, state)),
            None => push(server.name, Source::Same(number)),
        }
    }
    for (name, state) in changed {
        push(name.as_str(), Source::Changed(name, state));
    }
    groups
}

#[derive(Default)]
struct Builder {
    servers: Vec<ServerRow>,
    entries: Vec<EntryRow>,
    rows: Vec<BlockRow>,
    heap: Vec<u8>,
    texts: Vec<u8>,
    /// The texts of the server that is being written.
    own_texts: Vec<Span>,
    /// Owners are few: each stands in the heap once.
    owners: BTreeMap<String, Span>,
    blocks: Vec<Block>,
}

impl Builder {
    async fn group(&mut self, previous: &Snapshot, group: &[Source<'_>]) -> Result<(), SnapshotError> {
        let index = previous.index();
        if let Some(number) = whole_block(index, group)
            && let Some(block) = index.block(number)
        {
            self.begin_block(block.hash, block.bytes, group.len())?;
            for source in group {
                if let Source::Same(server) = source {
                    self.copy_server(index, *server, |entry| entry.offset)?;
                }
            }
            return Ok(());
        }
        let mut json: Vec<u8> = Vec::new();
        self.begin_block([0; 32], 0, group.len())?;
        for source in group {
            match source {
                Source::Same(server) => {
                    let Some(columns) = index.server(*server) else { continue };
                    let block = previous.block(columns.block).await?;
                    let mut pieces = Vec::with_capacity(columns.entries);
                    for number in columns.first_entry..columns.first_entry + columns.entries {
                        let slice = index.entry(number).and_then(|entry| block.slice(entry.offset, entry.length));
                        pieces.push(slice.ok_or_else(|| SnapshotError::Corrupt {
                            key: super::block::key(&block.hash),
                            reason: "it is shorter than the index says".to_owned(),
                        })?);
                    }
                    let mut pieces = pieces.into_iter();
                    self.copy_server(index, *server, |_| match pieces.next() {
                        Some(piece) => append(&mut json, &piece),
                        None => 0,
                    })?;
                }
                Source::Changed(name, state) => {
                    self.begin_server(name.as_str(), &state.owner.encode(), state.serial.0, state.versions.len())?;
                    for entry in Entry::of_server(name, state) {
                        let offset = append(&mut json, entry.json.as_bytes());
                        self.entry(&columns(&entry, offset))?;
                    }
                }
            }
        }
        let block = Block::new(json);
        if let Some(row) = self.rows.last_mut() {
            row.hash = block.hash;
            row.bytes = small(block.json.len())?;
        }
        self.blocks.push(block);
        Ok(())
    }

    fn begin_block(&mut self, hash: [u8; 32], bytes: usize, servers: usize) -> Result<(), SnapshotError> {
        let row =
            BlockRow { hash, bytes: small(bytes)?, first_server: small(self.servers.len())?, servers: small(servers)? };
        self.rows.push(row);
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

    fn copy_server(
        &mut self,
        index: &Index,
        number: usize,
        mut offset: impl FnMut(&EntryColumns<'_>) -> usize,
    ) -> Result<(), SnapshotError> {
        let Some(server) = index.server(number) else { return Ok(()) };
        self.begin_server(server.name, server.owner, server.serial, server.entries)?;
        for number in server.first_entry..server.first_entry + server.entries {
            if let Some(mut entry) = index.entry(number) {
                entry.offset = offset(&entry);
                self.entry(&entry)?;
            }
        }
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

    fn finish(self) -> Result<Built, SnapshotError> {
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
        Ok(Built { index: Index::load(Bytes::from(bytes))?, blocks: self.blocks })
    }
}

/// The block of the previous snapshot that has exactly these servers, unchanged.
fn whole_block(index: &Index, group: &[Source<'_>]) -> Option<usize> {
    let Some(Source::Same(first)) = group.first() else { return None };
    if group.iter().any(|source| matches!(source, Source::Changed(..))) {
        return None;
    }
    let number = index.server(*first)?.block;
    let block = index.block(number)?;
    (block.first_server == *first && block.servers == group.len()).then_some(number)
}

fn columns(entry: &Entry, offset: usize) -> EntryColumns<'_> {
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
