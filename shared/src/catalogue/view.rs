//! The catalogue at one serial.

use std::collections::btree_map;
use std::iter::Peekable;
use std::ops::Bound;
use std::sync::{Arc, OnceLock};

use futures_util::{StreamExt, TryStreamExt};
use memchr::memmem::Finder;

use super::overlay::{ChangedServer, Overlay};
use super::search::ChangedIndex;
use crate::model::{ServerName, Status};
use crate::search::Document;
use crate::snapshot::{Block, Entry, Place, ServerColumns, Snapshot, SnapshotError};
use crate::store::{Counter, Serial, ServerState};
use crate::time::Timestamp;

/// Blocks that are read at once.
const PARALLEL_READS: usize = 16;

/// The catalogue at one serial. Never changes; a request works on one view from beginning to end.
#[derive(Clone, Debug)]
pub struct View {
    pub(super) serial: Serial,
    pub(super) time: Option<Timestamp>,
    pub(super) base: Snapshot,
    pub(super) overlay: Overlay,
    /// [`Counter::again`] when `base` was read.
    pub(super) again: u64,
    /// What searches look at beside the snapshot. Made by the first; a view with other servers has another.
    pub(super) searched: Arc<OnceLock<ChangedIndex>>,
}

/// A server of a view.
#[derive(Clone, Copy, Debug)]
pub struct ServerRef<'a> {
    /// Its name.
    pub name: &'a str,
    place: ServerPlace<'a>,
}

#[derive(Clone, Copy, Debug)]
enum ServerPlace<'a> {
    Stored(&'a Snapshot, Place, ServerColumns<'a>),
    Changed(&'a ChangedServer),
}

/// What the servers of a list must have, so that others need not be looked at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// An entry with this in its search text, which has no NUL.
    pub text: Option<&'a Finder<'a>>,
    /// An entry that was changed after this, in microseconds since the epoch.
    pub updated_after: Option<i64>,
}

/// A version of a server: its columns, and where its JSON is.
#[derive(Clone, Copy, Debug)]
pub struct EntryRef<'a> {
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
    place: EntryPlace<'a>,
}

#[derive(Clone, Copy, Debug)]
enum EntryPlace<'a> {
    /// In this block, or in that of the delta.
    Block {
        block: Option<usize>,
        offset: usize,
        length: usize,
    },
    Rendered(&'a str),
}

impl View {
    /// A snapshot, without changes since.
    pub(super) fn of(base: Snapshot, counter: Counter) -> Self {
        let (serial, time) = (base.serial(), base.pointer().time);
        Self { serial, time, base, overlay: Overlay::default(), again: counter.again, searched: Arc::default() }
    }

    /// The serial whose state this is.
    #[must_use]
    pub fn serial(&self) -> Serial {
        self.serial
    }

    /// When the change with this serial was committed; `None` for the empty registry.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        self.time
    }

    /// The snapshot below.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.base
    }

    /// Servers that changed since the snapshot, whole, by name.
    pub fn changed(&self) -> impl Iterator<Item = (&ServerName, &ServerState)> {
        self.overlay.0.iter().map(|(name, server)| (name, &server.state))
    }

    /// Whether there is no server.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.base.index().servers() == 0 && self.base.changed_servers() == 0 && self.overlay.0.is_empty()
    }

    /// The server called `name`.
    #[must_use]
    pub fn server(&self, name: &str) -> Option<ServerRef<'_>> {
        if let Some((name, server)) = self.overlay.0.get_key_value(name) {
            return Some(ServerRef { name: name.as_str(), place: ServerPlace::Changed(server) });
        }
        self.stored(self.base.find(name)?)
    }

    /// The server called `name`, as the table has it.
    ///
    /// # Errors
    /// When its block cannot be read.
    pub async fn server_state(&self, name: &ServerName) -> Result<Option<ServerState>, SnapshotError> {
        self.overlay.current(&self.base, name).await
    }

    /// The servers whose name is not below `name`, in byte order, that may have what is `wanted`: most others are left out.
    pub fn servers_from<'a>(&'a self, name: &str, wanted: Wanted<'a>) -> impl Iterator<Item = ServerRef<'a>> {
        Servers {
            view: self,
            wanted,
            next: self.base.index().position(name).0,
            changed: Changed {
                view: self,
                next: self.base.first_changed(name),
                overlay: self.overlay.0.range::<str, _>((Bound::Included(name), Bound::Unbounded)).peekable(),
            }
            .peekable(),
        }
    }

    fn stored(&self, place: Place) -> Option<ServerRef<'_>> {
        let columns = self.base.server(place)?;
        Some(ServerRef { name: columns.name, place: ServerPlace::Stored(&self.base, place, columns) })
    }

    /// The servers that changed since the index was built, in the order of their names.
    pub(super) fn changed_servers(&self) -> impl Iterator<Item = ServerRef<'_>> {
        Changed { view: self, next: 0, overlay: self.overlay.0.range::<str, _>(..).peekable() }
    }

    /// Reads the blocks of `entries` that are not in memory, several at once: those of a search lie anywhere, and a page of a
    /// hundred that is put together from S3 would wait a hundred times.
    ///
    /// # Errors
    /// When a block cannot be read.
    pub async fn read_blocks(&self, entries: &[EntryRef<'_>]) -> Result<(), SnapshotError> {
        self.missing_blocks(entries).await.map(drop)
    }

    /// Those that were read, with their numbers: more than a few do not stay in a cache that is full of what is asked more often.
    async fn missing_blocks(&self, entries: &[EntryRef<'_>]) -> Result<Vec<(Option<usize>, Block)>, SnapshotError> {
        let mut blocks: Vec<Option<usize>> = entries
            .iter()
            .filter_map(|entry| match entry.place {
                EntryPlace::Block { block, .. } => Some(block),
                EntryPlace::Rendered(_) => None,
            })
            .collect();
        blocks.sort_unstable();
        blocks.dedup();
        let missing = blocks.into_iter().filter(|block| self.base.cached_block(*block).is_none());
        let reads = missing.map(|number| async move { Ok((number, self.base.block(number).await?)) });
        futures_util::stream::iter(reads).buffer_unordered(PARALLEL_READS).try_collect().await
    }

    /// Appends the JSON of `entries` to `body`, joined by commas.
    ///
    /// # Errors
    /// When a block cannot be read or is shorter than the index says.
    pub async fn append_json(&self, entries: &[EntryRef<'_>], body: &mut Vec<u8>) -> Result<(), SnapshotError> {
        let read = self.missing_blocks(entries).await?;
        let mut current: Option<(Option<usize>, Block)> = None;
        for (position, entry) in entries.iter().enumerate() {
            if position > 0 {
                body.push(b',');
            }
            match entry.place {
                EntryPlace::Rendered(json) => body.extend_from_slice(json.as_bytes()),
                EntryPlace::Block { block: number, offset, length } => {
                    let block = match current.take() {
                        Some((held, block)) if held == number => block,
                        _ => match read.iter().find(|(other, _)| *other == number) {
                            Some((_, block)) => block.clone(),
                            None => self.base.block(number).await?,
                        },
                    };
                    let json = block.json.get(offset..offset.saturating_add(length));
                    body.extend_from_slice(json.ok_or_else(|| SnapshotError::Corrupt {
                        key: format!("block {number:?}"),
                        reason: "it is shorter than the index says".to_owned(),
                    })?);
                    current = Some((number, block));
                }
            }
        }
        Ok(())
    }
}

impl<'a> ServerRef<'a> {
    /// The server as search sees it; `None` for one of the index, which has a search index for that.
    pub(super) fn document(&self) -> Option<&'a Document> {
        match self.place {
            ServerPlace::Stored(base, Place::Delta(number), _) => base.changed_document(number),
            ServerPlace::Stored(..) => None,
            ServerPlace::Changed(server) => Some(server.document()),
        }
    }

    /// Whoever brought the server, as [`crate::store::Owner::encode`] writes it.
    #[must_use]
    pub fn owner(&self) -> String {
        match self.place {
            ServerPlace::Stored(_, _, columns) => columns.owner.to_owned(),
            ServerPlace::Changed(server) => server.state.owner.encode(),
        }
    }

    /// Its versions in byte order, deleted ones included.
    pub fn entries(&self) -> impl Iterator<Item = EntryRef<'a>> + use<'a> {
        let (base, changed) = match self.place {
            ServerPlace::Stored(base, place, columns) => {
                let numbers = columns.first_entry..columns.first_entry + columns.entries;
                let block = base.block_of(place);
                (Some(numbers.filter_map(move |number| stored_entry(base, place, block, number))), None)
            }
            ServerPlace::Changed(server) => (None, Some(server.entries.iter().map(changed_entry))),
        };
        base.into_iter().flatten().chain(changed.into_iter().flatten())
    }
}

fn stored_entry(base: &Snapshot, place: Place, block: Option<usize>, number: usize) -> Option<EntryRef<'_>> {
    let entry = base.entry(place, number)?;
    Some(EntryRef {
        version: entry.version,
        search: entry.search,
        published_at: entry.published_at,
        updated_at: entry.updated_at,
        status: entry.status,
        is_latest: entry.is_latest,
        place: EntryPlace::Block { block, offset: entry.offset, length: entry.length },
    })
}

fn changed_entry(entry: &Entry) -> EntryRef<'_> {
    EntryRef {
        version: entry.version.as_str(),
        search: entry.search.as_bytes(),
        published_at: entry.published_at.as_micros(),
        updated_at: entry.updated_at.as_micros(),
        status: entry.status,
        is_latest: entry.is_latest,
        place: EntryPlace::Rendered(&entry.json),
    }
}

/// The index and all that changed since, merged by name; what changed replaces what the index has.
struct Servers<'a> {
    view: &'a View,
    wanted: Wanted<'a>,
    next: usize,
    changed: Peekable<Changed<'a>>,
}

impl<'a> Servers<'a> {
    /// The next server of the index that may have what is wanted.
    fn next_of_index(&mut self) -> Option<ServerRef<'a>> {
        let index = self.view.base.index();
        let mut number = Some(self.next);
        if let Some(text) = self.wanted.text {
            number = number.and_then(|from| index.server_with_text(text, from));
        }
        if let Some(since) = self.wanted.updated_after {
            number = number.and_then(|from| index.server_updated_after(since, from));
        }
        self.next = number.unwrap_or_else(|| index.servers());
        self.view.stored(Place::Base(self.next))
    }
}

impl<'a> Iterator for Servers<'a> {
    type Item = ServerRef<'a>;

    fn next(&mut self) -> Option<ServerRef<'a>> {
        let indexed = self.next_of_index();
        let Some(changed) = self.changed.peek() else {
            self.next += 1;
            return indexed;
        };
        match indexed {
            Some(indexed) if indexed.name < changed.name => {
                self.next += 1;
                return Some(indexed);
            }
            Some(indexed) if indexed.name == changed.name => self.next += 1,
            _ => {}
        }
        self.changed.next()
    }
}

/// Delta and overlay, merged by name; the overlay's server replaces the delta's. They are few: all are looked at.
struct Changed<'a> {
    view: &'a View,
    next: usize,
    overlay: Peekable<btree_map::Range<'a, ServerName, Arc<ChangedServer>>>,
}

impl<'a> Iterator for Changed<'a> {
    type Item = ServerRef<'a>;

    fn next(&mut self) -> Option<ServerRef<'a>> {
        let stored = self.view.base.changed_server(self.next).and_then(|place| self.view.stored(place));
        let overlaid = self.overlay.peek().map(|(name, _)| name.as_str());
        if let Some(stored) = stored
            && overlaid.is_none_or(|name| stored.name <= name)
        {
            self.next += 1;
            if overlaid != Some(stored.name) {
                return Some(stored);
            }
        }
        let (name, server) = self.overlay.next()?;
        Some(ServerRef { name: name.as_str(), place: ServerPlace::Changed(server) })
    }
}
