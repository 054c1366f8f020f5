//! The servers that changed since the snapshot, each replaced as a whole.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::model::ServerName;
use crate::search::Document;
use crate::snapshot::{Entry, Snapshot, SnapshotError};
use crate::store::{Change, ServerState};

/// A changed server with its rendered entries.
#[derive(Debug)]
pub(super) struct ChangedServer {
    name: ServerName,
    pub(super) state: ServerState,
    pub(super) entries: Vec<Entry>,
    /// Made by the first search.
    document: OnceLock<Document>,
}

impl ChangedServer {
    /// The server as search sees it.
    pub(super) fn document(&self) -> &Document {
        self.document.get_or_init(|| Document::of(&self.name, &self.state))
    }
}

/// Cloning shares the servers, so that a new view costs what it changes and one pointer a changed server.
#[derive(Clone, Debug, Default)]
pub(super) struct Overlay(pub(super) BTreeMap<ServerName, Arc<ChangedServer>>);

impl Overlay {
    /// Applies changes to the servers of `base` as this overlay has them.
    pub(super) async fn apply(&mut self, base: &Snapshot, changes: Vec<Change>) -> Result<(), SnapshotError> {
        let mut touched: BTreeMap<ServerName, Option<ServerState>> = BTreeMap::new();
        for change in changes {
            let state = match touched.get_mut(change.name.as_str()) {
                Some(state) => state,
                None => {
                    let state = self.current(base, &change.name).await?;
                    touched.entry(change.name.clone()).or_insert(state)
                }
            };
            ServerState::apply(state, change);
        }
        for (name, state) in touched {
            if let Some(state) = state {
                let entries = Entry::of_server(&name, &state);
                let changed = ChangedServer { name: name.clone(), state, entries, document: OnceLock::new() };
                self.0.insert(name, Arc::new(changed));
            }
        }
        Ok(())
    }

    /// A server as the overlay, else the snapshot has it.
    pub(super) async fn current(
        &self,
        base: &Snapshot,
        name: &ServerName,
    ) -> Result<Option<ServerState>, SnapshotError> {
        if let Some(server) = self.0.get(name) {
            return Ok(Some(server.state.clone()));
        }
        match base.find(name.as_str()) {
            Some(place) => base.server_state(place).await,
            None => Ok(None),
        }
    }
}
