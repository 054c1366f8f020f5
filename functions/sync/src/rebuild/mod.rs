//! All servers as the changes make them, in the order of their names: what a full build is made of.
//!
//! The changes are read instead of the versions themselves: they are a third of what a scan of the table would look at, they
//! give the state at one serial exactly, and who reads them needs to see nothing else. They are sorted outside of memory
//! ([`spool`]): a million versions would take gigabytes.

mod servers;
mod spool;
mod spooled;

use futures_util::future::try_join_all;
use registry::limits;
use registry::model::ServerName;
use registry::snapshot::SnapshotError;
use registry::store::{Reader, Serial, ServerState, StoreError};
use registry::time::Timestamp;

use servers::Sorted;
use spool::{Run, Spool};
use spooled::Spooled;

/// Readers at once.
const READERS: u64 = 4;
/// Changes that are read together: a partition of the table.
const CHANGES_AT_ONCE: u64 = 1000;

/// The servers could not be read or sorted.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The table could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The snapshot could not be written.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The sorted changes could not be kept.
    #[error(
        "cannot sort the changes in {directory}: {source}; see that it has room for half the catalogue, or set TMPDIR"
    )]
    Spool {
        /// Where they are kept meanwhile.
        directory: String,
        /// What the operating system says.
        source: std::io::Error,
    },
}

impl From<std::io::Error> for RebuildError {
    fn from(source: std::io::Error) -> Self {
        Self::Spool { directory: std::env::temp_dir().display().to_string(), source }
    }
}

/// Servers with their names, as long as nothing fails.
type Servers = Box<dyn Iterator<Item = Result<(ServerName, ServerState), RebuildError>> + Send>;

/// All servers in the order of their names, and the serial whose state they are with its time.
pub(crate) async fn all_servers(table: &Reader) -> Result<(Servers, (Serial, Option<Timestamp>)), RebuildError> {
    let serial = table.counter().await?.serial;
    let readers = (0..READERS).map(|reader| {
        let table = table.clone();
        async move {
            let read = tokio::spawn(async move { sorted(&table, serial, reader).await }).await;
            read.map_err(std::io::Error::other)?
        }
    });
    let runs: Vec<Run> = match try_join_all(readers).await {
        Ok(runs) => runs.into_iter().flatten().collect(),
        Err(RebuildError::Store(error @ StoreError::Gap { .. })) => {
            tracing::warn!(%error, "the history is not whole: the versions themselves are read, all in memory");
            let state = table.full_state().await?;
            let servers = Box::new(state.servers.into_iter().map(Ok));
            return Ok((servers, (state.serial, state.time)));
        }
        Err(error) => return Err(error),
    };
    let last = table.changes(Serial(serial.0.saturating_sub(1)), serial).await?;
    let time = last.last().map(|change| change.at);
    Ok((Box::new(Sorted::new(spool::merge(runs)?)), (serial, time)))
}

/// The share of one reader.
async fn sorted(table: &Reader, upto: Serial, reader: u64) -> Result<Vec<Run>, RebuildError> {
    let mut spool = Spool::new(limits::SPOOL_BYTES);
    let mut after = reader * CHANGES_AT_ONCE;
    while after < upto.0 {
        let last = (after + CHANGES_AT_ONCE).min(upto.0);
        for change in table.changes(Serial(after), Serial(last)).await? {
            spool.push(Spooled::of(&change))?;
        }
        after += READERS * CHANGES_AT_ONCE;
    }
    Ok(spool.finish()?)
}
