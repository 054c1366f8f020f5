//! Changes as they are sorted: by server, then version, the oldest first.

use registry::model::{ServerName, ServerVersion, VersionState};
use registry::snapshot::parse_entry;
use registry::store::{Change, Owner, Serial};

/// A change on its way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Spooled {
    /// Name, version and serial, the last in 20 digits, behind a NUL each: neither name nor version may hold one.
    pub(super) key: String,
    /// Owner and latest version, a NUL behind each, and the rendered entry.
    pub(super) body: String,
}

/// What is to be known of a change whose place in the history is.
pub(super) struct Part {
    pub(super) name: ServerName,
    pub(super) version: ServerVersion,
    pub(super) serial: Serial,
    pub(super) owner: Owner,
    pub(super) latest: ServerVersion,
    pub(super) state: VersionState,
}

impl Spooled {
    pub(super) fn of(change: &Change) -> Self {
        let Change { serial, name, version, owner, latest, state, .. } = change;
        Self {
            key: format!("{name}\0{version}\0{:020}", serial.0),
            body: format!("{}\0{latest}\0{}", owner.encode(), state.render(false)),
        }
    }

    /// Reads what [`Spooled::of`] wrote; `None` for anything else.
    pub(super) fn read(&self) -> Option<Part> {
        let mut key = self.key.split('\0');
        let mut body = self.body.splitn(3, '\0');
        let (name, version) = (key.next()?.parse().ok()?, key.next()?.parse().ok()?);
        let serial = Serial(key.next()?.parse().ok()?);
        let (owner, latest) = (Owner::decode(body.next()?)?, body.next()?.parse().ok()?);
        let (state, _) = parse_entry(body.next()?).ok()?;
        Some(Part { name, version, serial, owner, latest, state })
    }
}
