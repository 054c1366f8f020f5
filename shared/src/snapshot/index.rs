//! The index: what a list or a search needs without the blocks. Used in place: loading it checks it and copies nothing.

use bytes::Bytes;
use memchr::memmem::Finder;
use xxhash_rust::xxh3::xxh3_64;
use zerocopy::FromBytes;

use super::SnapshotError;
use super::layout::{BlockRow, EntryRow, FORMAT, Header, LATEST, MAGIC, STATUS_MASK, ServerRow, Span};
use crate::model::Status;

/// A checked index.
#[derive(Clone, Debug, Default)]
pub struct Index {
    bytes: Bytes,
    servers: usize,
    entries: usize,
    blocks: usize,
    at: [usize; 5],
}

/// The columns of one server.
#[derive(Clone, Copy, Debug)]
pub struct ServerColumns<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whoever brought it, as [`crate::store::Owner::encode`] writes it.
    pub owner: &'a str,
    /// Serial of its last change.
    pub serial: u64,
    /// When any of its entries changed last: microseconds since the epoch.
    pub updated_at: i64,
    /// Number of its first entry.
    pub first_entry: usize,
    /// How many entries it has.
    pub entries: usize,
    /// Number of its block.
    pub block: usize,
}

/// The columns of one entry.
#[derive(Clone, Copy, Debug)]
pub struct EntryColumns<'a> {
    /// Its version.
    pub version: &'a str,
    /// Name, NUL, description, in lower case.
    pub search: &'a [u8],
    /// Microseconds since the epoch.
    pub published_at: i64,
    /// Microseconds since the epoch.
    pub updated_at: i64,
    /// Its status.
    pub status: Status,
    /// Whether it carries the latest flag.
    pub is_latest: bool,
    /// Where its JSON begins in its server's block.
    pub offset: usize,
    /// How long its JSON is.
    pub length: usize,
}

/// A block as the index names it.
#[derive(Clone, Copy, Debug)]
pub(super) struct BlockColumns {
    pub(super) hash: [u8; 32],
    pub(super) bytes: usize,
    pub(super) first_server: usize,
    pub(super) servers: usize,
}

impl Index {
    /// Checks magic, format, lengths and checksum, and that every span and number points where it may.
    ///
    /// # Errors
    /// Says what is wrong with the bytes.
    pub fn load(bytes: Bytes) -> Result<Self, SnapshotError> {
        let corrupt = |reason: &str| SnapshotError::Corrupt { key: "the index".to_owned(), reason: reason.to_owned() };
        let (header, rest) = Header::read_from_prefix(&bytes).map_err(|_| corrupt("it is too short"))?;
        if header.magic != MAGIC {
            return Err(corrupt("it does not begin as an index does"));
        }
        if header.format.get() != FORMAT {
            return Err(corrupt("it has a format that this version of berth does not read"));
        }
        let [servers, entries, blocks] =
            [header.servers, header.entries, header.blocks].map(|count| count.get() as usize);
        let servers_at = size_of::<Header>();
        let entries_at = servers_at + servers * size_of::<ServerRow>();
        let blocks_at = entries_at + entries * size_of::<EntryRow>();
        let heap_at = blocks_at + blocks * size_of::<BlockRow>();
        let after_tables = (bytes.len() as u64).checked_sub(heap_at as u64);
        if after_tables.is_none() || after_tables != header.heap.get().checked_add(header.texts.get()) {
            return Err(corrupt("its length is not what its header says"));
        }
        let texts_at = bytes.len() - usize::try_from(header.texts.get()).unwrap_or_default();
        if xxh3_64(rest) != header.checksum.get() {
            return Err(corrupt("its checksum is wrong"));
        }
        let index =
            Self { bytes, servers, entries, blocks, at: [servers_at, entries_at, blocks_at, heap_at, texts_at] };
        if !index.is_consistent() {
            return Err(corrupt("it points outside itself"));
        }
        Ok(index)
    }

    /// With the checksum right this only fails for what a broken writer made; it lets every later access be infallible.
    fn is_consistent(&self) -> bool {
        let span = |span: &Span| self.heap(*span).is_some();
        let texts = self.texts().len() as u64;
        let is_text = |span: &Span| u64::from(span.offset.get()) + u64::from(span.length.get()) <= texts;
        self.server_rows().is_sorted_by_key(|row| row.texts.get())
            && self.server_rows().iter().all(|row| {
                let end = u64::from(row.first_entry.get()) + u64::from(row.entries.get());
                span(&row.name)
                    && span(&row.owner)
                    && end <= self.entries as u64
                    && (row.block.get() as usize) < self.blocks
            })
            && self.entry_rows().iter().all(|row| span(&row.version) && is_text(&row.search))
    }

    /// The bytes, as they are stored.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// How many servers there are.
    #[must_use]
    pub fn servers(&self) -> usize {
        self.servers
    }

    /// How many entries there are.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.entries
    }

    /// How many blocks there are.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.blocks
    }

    /// The columns of server number `number`.
    #[must_use]
    pub fn server(&self, number: usize) -> Option<ServerColumns<'_>> {
        let row = self.server_rows().get(number)?;
        Some(ServerColumns {
            name: self.heap(row.name)?,
            owner: self.heap(row.owner)?,
            serial: row.serial.get(),
            updated_at: row.updated_at.get(),
            first_entry: row.first_entry.get() as usize,
            entries: row.entries.get() as usize,
            block: row.block.get() as usize,
        })
    }

    /// The columns of entry number `number`.
    #[must_use]
    pub fn entry(&self, number: usize) -> Option<EntryColumns<'_>> {
        let row = self.entry_rows().get(number)?;
        Some(EntryColumns {
            version: self.heap(row.version)?,
            search: piece(self.texts(), row.search),
            published_at: row.published_at.get(),
            updated_at: row.updated_at.get(),
            status: match row.flags & STATUS_MASK {
                0 => Status::Active,
                1 => Status::Deprecated,
                _ => Status::Deleted,
            },
            is_latest: row.flags & LATEST != 0,
            offset: row.offset.get() as usize,
            length: row.length.get() as usize,
        })
    }

    pub(super) fn block(&self, number: usize) -> Option<BlockColumns> {
        let row = self.block_rows().get(number)?;
        Some(BlockColumns {
            hash: row.hash,
            bytes: row.bytes.get() as usize,
            first_server: row.first_server.get() as usize,
            servers: row.servers.get() as usize,
        })
    }

    /// Number of the first server whose name is not below `name`, and whether it has that name.
    #[must_use]
    pub fn position(&self, name: &str) -> (usize, bool) {
        let rows = self.server_rows();
        let number = rows.partition_point(|row| self.heap_bytes(row.name) < name.as_bytes());
        (number, rows.get(number).is_some_and(|row| self.heap_bytes(row.name) == name.as_bytes()))
    }

    /// The first server from number `from` on of which a text holds what is looked for, which has no NUL. One scan, whatever
    /// lies between.
    #[must_use]
    pub fn server_with_text(&self, wanted: &Finder<'_>, from: usize) -> Option<usize> {
        let rows = self.server_rows();
        let begin = rows.get(from)?.texts.get() as usize;
        let found = begin + wanted.find(self.texts().get(begin..)?)?;
        // A server without versions has no texts, and begins where the next one does.
        let behind = rows.partition_point(|row| row.texts.get() as usize <= found);
        Some(behind.saturating_sub(1).max(from))
    }

    /// The first server from number `from` on that changed after `since`, in microseconds since the epoch.
    #[must_use]
    pub fn server_updated_after(&self, since: i64, from: usize) -> Option<usize> {
        let rows = self.server_rows().get(from..)?;
        rows.iter().position(|row| row.updated_at.get() > since).map(|position| from + position)
    }

    fn table<T: FromBytes + zerocopy::Immutable + zerocopy::KnownLayout>(&self, at: usize, count: usize) -> &[T] {
        let bytes = self.bytes.get(at..).unwrap_or_default();
        <[T]>::ref_from_prefix_with_elems(bytes, count).map(|(rows, _)| rows).unwrap_or_default()
    }

    fn server_rows(&self) -> &[ServerRow] {
        self.table(self.at[0], self.servers)
    }

    fn entry_rows(&self) -> &[EntryRow] {
        self.table(self.at[1], self.entries)
    }

    fn block_rows(&self) -> &[BlockRow] {
        self.table(self.at[2], self.blocks)
    }

    fn texts(&self) -> &[u8] {
        self.bytes.get(self.at[4]..).unwrap_or_default()
    }

    fn heap_bytes(&self, span: Span) -> &[u8] {
        piece(self.bytes.get(self.at[3]..self.at[4]).unwrap_or_default(), span)
    }

    fn heap(&self, span: Span) -> Option<&str> {
        let heap = self.at[4] - self.at[3];
        let is_inside = u64::from(span.offset.get()) + u64::from(span.length.get()) <= heap as u64;
        is_inside.then(|| std::str::from_utf8(self.heap_bytes(span)).ok())?
    }
}

fn piece(of: &[u8], span: Span) -> &[u8] {
    let start = span.offset.get() as usize;
    of.get(start..start.saturating_add(span.length.get() as usize)).unwrap_or_default()
}
