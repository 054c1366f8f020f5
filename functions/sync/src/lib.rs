//! Imports the sources and publishes the snapshot.

pub mod format;
mod import;
mod report;
pub mod source;
mod sync;

pub use report::{Report, SourceReport};
pub use sync::{OnProgress, Progress, Sync, SyncError};

use std::sync::Arc;

use source::{ReadContext, Source};

/// Answers one schedule event: a run over `sources`. What the event says does not matter.
///
/// # Errors
/// When the snapshot could not be published, or a source could not be imported: the run is then in the log as failed, and
/// the next schedule tries again.
pub async fn handle(sync: &Sync, sources: &[Source], context: &ReadContext) -> Result<Report, HandleError> {
    let quiet: OnProgress = Arc::new(|_, _| ());
    // Boxed: the future of a run is deep, and the runtime wraps it many times more.
    let report = Box::pin(sync.run(sources, context, &quiet)).await?;
    for source in &report.sources {
        tracing::info!(
            source = source.source,
            read = source.read,
            imported = source.imported,
            unchanged = source.unchanged,
            refused = source.refused.len(),
            serial = report.serial.0,
            "source"
        );
    }
    let failed = report.sources.iter().filter(|source| source.error.is_some()).map(|source| source.source.clone());
    let failed: Vec<String> = failed.collect();
    if failed.is_empty() { Ok(report) } else { Err(HandleError::Sources(failed)) }
}

/// A scheduled run did not do all that it should.
#[derive(Debug, thiserror::Error)]
pub enum HandleError {
    /// The snapshot was not published.
    #[error(transparent)]
    Sync(#[from] SyncError),
    /// Sources that were not imported; the log has the reason of each.
    #[error("cannot import from {}: see the log for each", .0.join(", "))]
    Sources(Vec<String>),
}
