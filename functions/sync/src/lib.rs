//! Imports the sources and publishes the snapshot, and looks again at the proofs of domains.

mod domains;
pub mod format;
mod import;
mod report;
pub mod source;
mod sync;

pub use domains::{DomainChecks, recheck_domains};
pub use report::{DomainReport, Report, SourceReport};
pub use sync::{OnProgress, Progress, Sync, SyncError};

use std::sync::Arc;

use registry::store::StoreError;
use source::{ReadContext, Source};

/// Answers one schedule event: a run over `sources`, and a look at the proofs of `domains`. What the event says does not
/// matter.
///
/// # Errors
/// When the snapshot could not be published, a source could not be imported, or domains could not be looked at: the run is
/// then in the log as failed, and the next schedule tries again. None of them stops the others.
pub async fn handle(
    sync: &Sync,
    sources: &[Source],
    context: &ReadContext,
    domains: Option<&DomainChecks>,
) -> Result<Report, HandleError> {
    let quiet: OnProgress = Arc::new(|_, _| ());
    // Boxed: the future of a run is deep, and the runtime wraps it many times more.
    let run = Box::pin(sync.run(sources, context, &quiet)).await;
    let rechecked = match domains {
        Some(domains) => Box::pin(recheck_domains(domains)).await.map(drop),
        None => Ok(()),
    };
    let report = run?;
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
    if !failed.is_empty() {
        return Err(HandleError::Sources(failed));
    }
    rechecked?;
    Ok(report)
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
    /// Domains that were not looked at.
    #[error("cannot look at the proofs of domains: {0}")]
    Domains(#[from] StoreError),
}
