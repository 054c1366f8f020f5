//! A whole server, as the changes make it.

use std::collections::BTreeMap;

use super::{Change, Head, Owner, Serial};
use crate::model::{ServerVersion, VersionState};

/// A server with all its versions, deleted ones included.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerState {
    /// Whoever brought the server first.
    pub owner: Owner,
    /// The version that carries the latest flag.
    pub latest: ServerVersion,
    /// The serial of its last change.
    pub serial: Serial,
    /// The versions, in byte order.
    pub versions: BTreeMap<ServerVersion, VersionState>,
}

impl ServerState {
    /// The head, as the table has it.
    #[must_use]
    pub fn head(&self) -> Head {
        Head {
            owner: self.owner.clone(),
            latest: self.latest.clone(),
            versions: self.versions.len(),
            serial: self.serial,
        }
    }

    /// The state after `change`, which belongs to this server. Applying a change twice is applying it once.
    pub fn apply(this: &mut Option<Self>, change: Change) {
        let state = this.get_or_insert_with(|| Self {
            owner: change.owner.clone(),
            latest: change.latest.clone(),
            serial: change.serial,
            versions: BTreeMap::new(),
        });
        state.owner = change.owner;
        state.latest = change.latest;
        state.serial = state.serial.max(change.serial);
        state.versions.insert(change.version, change.state);
    }
}
