//! Importing what a source holds: only what differs is written.

mod commit;
mod plan;
mod remotes;

use std::collections::BTreeMap;

use registry::catalogue::{Catalogue, CatalogueError};
use registry::model::ServerName;
use registry::store::{CommitError, StoreError, Writer};
use registry::time::Timestamp;

use crate::format::{Refused, SourceEntry};
use commit::Committer;
use plan::plan;
use remotes::Remotes;

/// Servers that are planned at once: enough to ask for their remote URLs in few calls, few enough that the plan of a
/// large source does not lie in memory whole.
const SERVERS_AT_ONCE: usize = 1024;

/// What became of the entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) imported: usize,
    pub(crate) unchanged: usize,
    pub(crate) refused: Vec<Refused>,
}

/// The import stopped before its end. What was committed until then is whole and stays.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// Imports `entries` of the source called `source`. `progress` hears how many entries are done, and `outcome` holds what was
/// done even when the import stops midway.
pub(crate) async fn import(
    writer: &Writer,
    catalogue: &Catalogue,
    source: &str,
    entries: Vec<SourceEntry>,
    now: Timestamp,
    progress: &(dyn Fn(usize) + Send + Sync),
    outcome: &mut Outcome,
) -> Result<(), ImportError> {
    let mut servers: BTreeMap<ServerName, Vec<SourceEntry>> = BTreeMap::new();
    for entry in entries {
        servers.entry(entry.name.clone()).or_default().push(entry);
    }
    let view = catalogue.view().await?;
    let mut remotes = Remotes::default();
    let mut servers = servers.into_iter().peekable();
    while servers.peek().is_some() {
        let mut group = Vec::new();
        for (name, entries) in servers.by_ref().take(SERVERS_AT_ONCE) {
            let state = view.server_state(&name).await.map_err(CatalogueError::from)?;
            group.push((name, state, entries));
        }
        remotes.ask(writer, group.iter().map(|(_, state, entries)| (state.as_ref(), entries.as_slice()))).await?;
        let mut planned = Vec::with_capacity(group.len());
        for (name, state, entries) in group {
            planned.push(plan(source, name, state, entries, now, &mut remotes));
        }
        let mut committer = Committer { writer, source, now, remotes: &mut remotes, outcome, progress };
        committer.commit(planned).await?;
    }
    Ok(())
}
