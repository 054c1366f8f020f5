//! Imports the sources, tells the CDN what changed, publishes the snapshot, and looks again at the proofs of domains.

mod domains;
pub mod format;
mod import;
mod purge;
mod rebuild;
mod report;
pub mod source;
mod sync;

pub use domains::{DomainChecks, recheck_domains};
pub use purge::{NotPurged, Purger};
pub use rebuild::RebuildError;
pub use report::{DomainReport, Report, SourceReport};
pub use sync::{OnProgress, Progress, Sync, SyncError};

use std::sync::Arc;

use registry::store::StoreError;
use serde::Deserialize;
use serde::de::IgnoredAny;
use source::{ReadContext, Source};

/// What calls the function. Of what an event says no more counts than who sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Sent")]
pub enum Event {
    /// The schedule.
    Schedule,
    /// The table's stream: somebody changed something.
    Stream,
}

#[derive(Deserialize)]
struct Sent {
    #[serde(rename = "Records")]
    records: Option<IgnoredAny>,
}

impl From<Sent> for Event {
    fn from(sent: Sent) -> Self {
        if sent.records.is_some() { Self::Stream } else { Self::Schedule }
    }
}

/// Answers one event. The schedule has all `sources` imported and the proofs of `domains` looked at, and both have the
/// CDN told what changed, then the snapshot published: a publish must not have the sources read again.
///
/// # Errors
/// When the snapshot could not be published, a source could not be imported, the CDN not told, or domains not looked at: the run is
/// then in the log as failed, and the next event tries again. None of them stops the others.
pub async fn handle(
    event: Event,
    sync: &Sync,
    sources: &[Source],
    context: &ReadContext,
    domains: Option<&DomainChecks>,
) -> Result<Report, HandleError> {
    let quiet: OnProgress = Arc::new(|_, _| ());
    if event == Event::Stream {
        let purge_error = sync.purge().await;
        let serial = Box::pin(sync.publish()).await.map_err(logged)?.pointer.serial;
        return purged(Report { serial, purge_error, ..Report::default() });
    }
    // Boxed: the future of a run is deep, and the runtime wraps it many times more.
    let run = Box::pin(sync.run(sources, context, &quiet)).await;
    let rechecked = match domains {
        Some(domains) => Box::pin(recheck_domains(domains)).await.map(drop),
        None => Ok(()),
    };
    let report = run.map_err(logged)?;
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
    purged(report)
}

/// Of a run that did not purge what it should, the error, so that it is run again at once.
fn purged(report: Report) -> Result<Report, HandleError> {
    match report.purge_error {
        Some(error) => Err(HandleError::Purge(error)),
        None => Ok(report),
    }
}

/// What the error alone does not say: that nothing is lost, and where to look.
fn logged(error: SyncError) -> SyncError {
    tracing::error!(
        error = registry::error_chain(&error),
        "the snapshot was not published; nothing is lost: readers go on with the last one and what changed since, and the \
         next change or schedule tries again. If that fails too, see that this function's role has s3:PutObject and \
         s3:GetObject, that no policy of the bucket denies them, and that the table answers"
    );
    error
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
    /// The CDN may answer with what is outdated.
    #[error("{0}")]
    Purge(String),
    /// Domains that were not looked at.
    #[error("cannot look at the proofs of domains: {0}")]
    Domains(#[from] StoreError),
}

#[cfg(test)]
mod tests {
    use super::Event;

    #[test]
    fn the_stream_is_told_from_the_schedule() {
        let read = |text: &str| serde_json::from_str::<Event>(text).unwrap();
        assert_eq!(read(r#"{"Records": [{"eventID": "1", "eventName": "INSERT"}]}"#), Event::Stream);
        for text in [r#"{"source": "aws.scheduler", "detail": "{}"}"#, "{}", r#"{"Records": null}"#] {
            assert_eq!(read(text), Event::Schedule, "{text}");
        }
    }
}
