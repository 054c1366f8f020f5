//! The catalogue at one serial.

use std::collections::btree_map;
use std::iter::Peekable;
use std::ops::Bound;
use std::sync::Arc;

use memchr::memmem::Finder;

use super::overlay::{ChangedServer, Overlay};
use crate::model::{ServerName, Status};
use crate::snapshot::{Block, Entry, ServerColumns, Snapshot, SnapshotError};
use crate::store::{Counter, Serial, ServerState};
use crate::time::Timestamp;

/// The catalogue at one serial. Never changes; a request works on one view from beginning to end.
#[derive(Clone, Debug)]
pub struct View {
    pub(super) serial: Serial,
    pub(super) time: Option<Timestamp>,
    pub(super) base: Snapshot,
    pub(super) overlay: Overlay,
    /// [`Counter::again`] when `base` was read.
    pub(super) again: u64,
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
    Base(&'a Snapshot, ServerColumns<'a>),
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
    Block { block: usize, offset: usize, length: usize },
    Rendered(&'a str),
}

impl View {
    /// A snapshot, without changes since.
    pub(super) fn of(base: Snapshot, counter: Counter) -> Self {
        let (serial, time) = (base.serial(), base.pointer().time);
        Self { serial, time, base, overlay: Overlay::default(), again: counter.again }
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
        self.base.index().servers() == 0 && self.overlay.0.is_empty()
    }

    /// The server called `name`.
    #[must_use]
    pub fn server(&self, name: &str) -> Option<ServerRef<'_>> {
        if let Some((name, server)) = self.overlay.0.get_key_value(name) {
            return Some(ServerRef { name: name.as_str(), place: ServerPlace::Changed(server) });
        }
        match self.base.index().position(name) {
            (number, true) => self.base_server(number),
            (_, false) => None,
        }
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
            changed: self.overlay.0.range::<str, _>((Bound::Included(name), Bound::Unbounded)).peekable(),
        }
    }

    fn base_server(&self, number: usize) -> Option<ServerRef<'_>> {
        let columns = self.base.index().server(number)?;
        Some(ServerRef { name: columns.name, place: ServerPlace::Base(&self.base, columns) })
    }

    /// Appends the JSON of `entries` to `body`, joined by commas.
    ///
    /// # Errors
    /// When a block cannot be read or is shorter than the index says.
    pub async fn append_json(&self, entries: &[EntryRef<'_>], body: &mut Vec<u8>) -> Result<(), SnapshotError> {
        let mut current: Option<(usize, Block)> = None;
        for (position, entry) in entries.iter().enumerate() {
            if position > 0 {
                body.push(b',');
            }
            match entry.place {
                EntryPlace::Rendered(json) => body.extend_from_slice(json.as_bytes()),
                EntryPlace::Block { block: number, offset, length } => {
                    let block = match current.take() {
                        Some((held, block)) if held == number => block,
                        _ => match self.base.cached_block(number) {
                            Some(block) => block,
                            None => self.base.block(number).await?,
                        },
                    };
                    let json = block.json.get(offset..offset.saturating_add(length));
                    body.extend_from_slice(json.ok_or_else(|| SnapshotError::Corrupt {
                        key: format!("block {number}"),
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
    /// Whoever brought the server, as [`crate::store::Owner::encode`] writes it.
    #[must_use]
    pub fn owner(&self) -> String {
        match self.place {
            ServerPlace::Base(_, columns) => columns.owner.to_owned(),
            ServerPlace::Changed(server) => server.state.owner.encode(),
        }
    }

    /// Its versions in byte order, deleted ones included.
    pub fn entries(&self) -> impl Iterator<Item = EntryRef<'a>> + use<'a> {
        let (base, changed) = match self.place {
            ServerPlace::Base(base, columns) => {
                let numbers = columns.first_entry..columns.first_entry + columns.entries;
                (Some(numbers.filter_map(move |number| base_entry(base, &columns, number))), None)
            }
            ServerPlace::Changed(server) => (None, Some(server.entries.iter().map(changed_entry))),
        };
        base.into_iter().flatten().chain(changed.into_iter().flatten())
    }
}

fn base_entry<'a>(base: &'a Snapshot, server: &ServerColumns<'a>, number: usize) -> Option<EntryRef<'a>> {
    let entry = base.index().entry(number)?;
    Some(EntryRef {
        version: entry.version,
        search: entry.search,
        published_at: entry.published_at,
        updated_at: entry.updated_at,
        status: entry.status,
        is_latest: entry.is_latest,
        place: EntryPlace::Block { block: server.block, offset: entry.offset, length: entry.length },
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

/// Snapshot and overlay, merged by name; the overlay's server replaces the snapshot's.
struct Servers<'a> {
    view: &'a View,
    wanted: Wanted<'a>,
    next: usize,
    changed: Peekable<btree_map::Range<'a, ServerName, Arc<ChangedServer>>>,
}

impl<'a> Servers<'a> {
    /// The next server of the snapshot that may have what is wanted.
    fn next_of_base(&mut self) -> Option<ServerRef<'a>> {
        let index = self.view.base.index();
        let mut number = Some(self.next);
        if let Some(text) = self.wanted.text {
            number = number.and_then(|from| index.server_with_text(text, from));
        }
        if let Some(since) = self.wanted.updated_after {
            number = number.and_then(|from| index.server_updated_after(since, from));
        }
        self.next = number.unwrap_or_else(|| index.servers());
        self.view.base_server(self.next)
    }
}

impl<'a> Iterator for Servers<'a> {
    type Item = ServerRef<'a>;

    fn next(&mut self) -> Option<ServerRef<'a>> {
        let base = self.next_of_base();
        let Some((name, server)) = self.changed.peek() else {
            self.next += 1;
            return base;
        };
        let changed = ServerRef { name: name.as_str(), place: ServerPlace::Changed(server) };
        match base {
            Some(base) if base.name < changed.name => {
                self.next += 1;
                return Some(base);
            }
            Some(base) if base.name == changed.name => self.next += 1,
            _ => {}
        }
        self.changed.next();
        Some(changed)
    }
}
