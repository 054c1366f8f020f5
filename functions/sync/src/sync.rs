//! One run: import the sources, tell the CDN what changed, then publish the snapshot.

use std::sync::{Arc, Once};

use registry::catalogue::{Catalogue, CatalogueError, View};
use registry::limits;
use registry::snapshot::{
    Bucket, ExportsWhen, Fold, ForMirrors, Publication, Published, Seal, Snapshot, SnapshotError, SnapshotReader,
    publish, publish_all, sweep,
};
use registry::store::{AuditEvent, AuditLog, AuditOutcome, AuditRecord, Serial, Writer};
use registry::time::Timestamp;

use crate::format;
use crate::import::{ImportError, Outcome, import};
use crate::purge::Purger;
use crate::rebuild::{RebuildError, all_servers};
use crate::report::{Report, SourceReport};
use crate::source::{Progress as Reading, ReadContext, Source, SourceReading, SourceStatus, read};

/// How often a lost race for the pointer is run again.
const PUBLISH_ATTEMPTS: u32 = 5;

/// What `sync` works with: the only function with write access to the bucket.
#[derive(Debug)]
pub struct Sync {
    writer: Writer,
    catalogue: Arc<Catalogue>,
    snapshots: SnapshotReader,
    bucket: Bucket,
    trail: AuditLog,
    seal: Option<Arc<dyn Seal>>,
    /// Told once that nobody signs.
    unsigned: Once,
    /// The CDN in front, if it is to be told what changed.
    purger: Option<Purger>,
}

/// How far a run is, for progress bars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A source is being read.
    Reading(Reading),
    /// Its entries are being written: so many done of so many.
    Importing {
        /// Entries that are done.
        done: usize,
        /// Entries that were accepted.
        total: usize,
    },
    /// The snapshot is being published.
    Publishing,
}

/// Hears of progress: the source's name (empty while publishing), and how far it is.
pub type OnProgress = Arc<dyn Fn(&str, Progress) + Send + std::marker::Sync>;

/// The snapshot could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The present state could not be read.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The snapshot could not be published.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The snapshot could not be made anew.
    #[error(transparent)]
    Rebuild(#[from] RebuildError),
}

impl Sync {
    /// Works on a table and a bucket.
    #[must_use]
    pub fn new(writer: Writer, bucket: Bucket) -> Self {
        let snapshots = SnapshotReader::new(bucket.clone());
        let catalogue = Arc::new(Catalogue::new(writer.clone_reader(), snapshots.clone()));
        let trail = writer.trail(limits::AUDIT_DAYS);
        Self { writer, catalogue, snapshots, bucket, trail, seal: None, unsigned: Once::new(), purger: None }
    }

    /// The same with snapshots that are signed.
    #[must_use]
    pub fn signing_with(mut self, seal: Arc<dyn Seal>) -> Self {
        self.seal = Some(seal);
        self
    }

    /// The same with up to `bytes` of the snapshot in memory.
    #[must_use]
    pub fn keeping_blocks(mut self, bytes: usize) -> Self {
        self.snapshots = SnapshotReader::keeping(self.bucket.clone(), bytes);
        self.catalogue = Arc::new(Catalogue::new(self.writer.clone_reader(), self.snapshots.clone()));
        self
    }

    /// The same with audit records that are kept for `days`.
    #[must_use]
    pub fn keeping_records(mut self, days: u32) -> Self {
        self.trail = self.writer.trail(days);
        self
    }

    /// The same that tells the CDN in front what changed.
    #[must_use]
    pub fn purging(mut self, purger: Option<Purger>) -> Self {
        self.purger = purger;
        self
    }

    /// The catalogue that the imports are compared with.
    #[must_use]
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        &self.catalogue
    }

    /// Imports every source, one after another, publishes the snapshot, and deletes what it superseded long ago. A source that
    /// fails stops nothing.
    ///
    /// # Errors
    /// When the snapshot cannot be published; what was imported is in the table all the same.
    pub async fn run(
        &self,
        sources: &[Source],
        context: &ReadContext,
        on_progress: &OnProgress,
    ) -> Result<Report, SyncError> {
        // Imports compare with it.
        self.view().await?;
        let mut report = Report::default();
        for source in sources {
            report.sources.push(self.import(source, context, on_progress).await);
        }
        report.purge_error = self.purge().await;
        on_progress("", Progress::Publishing);
        report.serial = self.publish_when(ExportsWhen::Behind, Fold::WhenLarge).await?.pointer.serial;
        if let Err(error) = self.sweep(Timestamp::now()).await {
            tracing::warn!(error = registry::error_chain(&error), "superseded objects stay until the next run");
        }
        Ok(report)
    }

    async fn import(&self, source: &Source, context: &ReadContext, on_progress: &OnProgress) -> SourceReport {
        let mut report = SourceReport { source: source.name.clone(), ..SourceReport::default() };
        if let Err(error) = self.try_import(source, context, on_progress, &mut report).await {
            tracing::warn!(source = source.name, error = registry::error_chain(&*error), "source was not imported");
            report.error = Some(registry::error_chain(&*error));
        }
        self.record(&report).await;
        report
    }

    /// One record for a run that changed something: which versions, the change records say.
    async fn record(&self, report: &SourceReport) {
        if report.imported == 0 {
            return;
        }
        let SourceReport { source, imported, refused, .. } = report;
        let record = AuditRecord {
            method: Some("source".to_owned()),
            subject: Some(source.clone()),
            ..AuditRecord::new(AuditEvent::Import, AuditOutcome::Done)
        };
        let detail = format!("versions imported: {imported}, entries refused: {}", refused.len());
        self.trail.note(&record.because(detail)).await;
    }

    async fn try_import(
        &self,
        source: &Source,
        context: &ReadContext,
        on_progress: &OnProgress,
        report: &mut SourceReport,
    ) -> Result<(), Box<dyn std::error::Error + Send + std::marker::Sync>> {
        let stored = self.writer.source_status(&source.name).await?;
        // A status that an older Berth wrote and this one cannot read means reading the source anew.
        let previous: SourceStatus =
            stored.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
        let mut context = context.clone();
        let (name, hear) = (source.name.clone(), Arc::clone(on_progress));
        context.progress = Arc::new(move |progress| hear(&name, Progress::Reading(progress)));
        let (reading, status) = match read(source, &context, &previous).await? {
            SourceReading::Unchanged => return Ok(()),
            SourceReading::Read { reading, status, .. } => (reading, status),
        };
        let hear = |done, total| on_progress(&source.name, Progress::Importing { done, total });
        self.write(reading, report, &hear).await?;
        self.remember(source, &previous, &status, report.imported).await?;
        Ok(())
    }

    /// Imports a catalogue that is at hand already, as the source `name`, and publishes the snapshot.
    ///
    /// # Errors
    /// When the snapshot cannot be published.
    pub async fn run_catalogue(&self, name: &str, bytes: &[u8]) -> Result<Report, SyncError> {
        let mut source = SourceReport { source: name.to_owned(), ..SourceReport::default() };
        match format::read(bytes) {
            Ok(reading) => {
                if let Err(error) = self.write(reading, &mut source, &|_, _| ()).await {
                    source.error = Some(registry::error_chain(&error));
                }
                self.record(&source).await;
            }
            Err(error) => source.error = Some(format!("source {name} {error}")),
        }
        let purge_error = self.purge().await;
        let published = self.publish_when(ExportsWhen::Behind, Fold::WhenLarge).await?;
        Ok(Report { serial: published.pointer.serial, purge_error, sources: vec![source] })
    }

    async fn write(
        &self,
        reading: format::Reading,
        report: &mut SourceReport,
        hear: &(dyn Fn(usize, usize) + Send + std::marker::Sync),
    ) -> Result<(), ImportError> {
        let total = reading.entries.len();
        let hear = |done| hear(done, total);
        report.read = reading.read;
        report.refused = reading.refused;
        let mut outcome = Outcome::default();
        let (writer, catalogue, now) = (&self.writer, &self.catalogue, Timestamp::now());
        let imported = import(writer, catalogue, &report.source, reading.entries, now, &hear, &mut outcome).await;
        // Of an import that stopped midway, what was committed is told too.
        report.imported = outcome.imported;
        report.unchanged = outcome.unchanged;
        report.refused.extend(outcome.refused);
        imported
    }

    /// Keeps the status when it says something new. A walk that found nothing keeps its old watermark: the next one asks
    /// for a little more, and a run without news writes nothing at all.
    async fn remember(
        &self,
        source: &Source,
        previous: &SourceStatus,
        status: &SourceStatus,
        imported: usize,
    ) -> Result<(), ImportError> {
        let only_watermark = SourceStatus { watermark: previous.watermark, ..status.clone() } == *previous;
        if status == previous || (only_watermark && previous.watermark.is_some() && imported == 0) {
            return Ok(());
        }
        // A file has nothing to remember: it is read whole each time.
        if status.watermark.is_none() && status.etag.is_none() && status.last_modified.is_none() {
            return Ok(());
        }
        let json = serde_json::to_string(status).unwrap_or_default();
        Ok(self.writer.put_source_status(&source.name, &json).await?)
    }

    /// Tells the CDN what changed since it was told last; why not, if it was not. Before the snapshot: at the origin readers
    /// answer with each change from its commit on, so that what the CDN fetches anew is up to date.
    pub async fn purge(&self) -> Option<String> {
        let error = Box::pin(self.purger.as_ref()?.run(&self.writer)).await.err()?;
        let error = registry::error_chain(&error);
        tracing::error!(
            error,
            "the CDN was not told what changed; it answers with what is outdated until that ages out or the next run tells it, \
             which begins at once. If that fails too, see that this function's role has cloudfront:CreateInvalidation on the \
             distribution"
        );
        Some(error)
    }

    /// Publishes the snapshot of the present serial, if it is not published yet. Exports are made anew if they are far behind.
    ///
    /// # Errors
    /// When table or bucket fail.
    pub async fn publish(&self) -> Result<Published, SyncError> {
        self.publish_when(ExportsWhen::FarBehind, Fold::WhenLarge).await
    }

    /// The same, with all that changed since the index was built as part of a new one.
    ///
    /// # Errors
    /// When table or bucket fail.
    pub async fn fold(&self) -> Result<Published, SyncError> {
        self.publish_when(ExportsWhen::FarBehind, Fold::Now).await
    }

    async fn publish_when(&self, exports: ExportsWhen, fold: Fold) -> Result<Published, SyncError> {
        let mirrors = self.for_mirrors(exports);
        for _ in 0..PUBLISH_ATTEMPTS {
            let view = self.view().await?;
            let previous = view.snapshot();
            let is_searchable = is_searchable(previous).await?;
            let fold = if is_searchable { fold } else { Fold::Now };
            let is_folded = fold == Fold::WhenLarge || previous.changed_servers() == 0;
            let is_present = previous.is_published() && previous.serial() == view.serial();
            if is_present && is_folded && is_searchable && !mirrors.are_due(previous.pointer()) {
                self.announce(view.serial()).await?;
                return Ok(Published::unchanged(previous));
            }
            let changed = view.changed().map(|(name, state)| (name.clone(), state.clone())).collect();
            let publication = Publication { serial: view.serial(), time: view.time(), fold, mirrors: Some(mirrors) };
            match publish(&self.snapshots, &self.bucket, previous, &changed, publication).await {
                Ok(published) => {
                    if is_present {
                        self.writer.announce_again().await.map_err(CatalogueError::from)?;
                    }
                    self.announce(published.pointer.serial).await?;
                    return Ok(published);
                }
                // Somebody else published, or this process did before the first change: that snapshot is the base.
                Err(SnapshotError::Raced) => self.catalogue.reload().await?,
                // An object of the snapshot before.
                Err(error) if error.is_of_snapshot() => {
                    tracing::warn!(error = registry::error_chain(&error), "the snapshot is made anew");
                    return self.rebuild().await;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(SnapshotError::Raced.into())
    }

    /// Deletes what no snapshot needs any more. Returns how many objects those were.
    ///
    /// # Errors
    /// When table or bucket fail.
    pub async fn sweep(&self, now: Timestamp) -> Result<usize, SyncError> {
        let swept = sweep(&self.snapshots, &self.bucket, now).await?;
        if swept.is_empty() {
            return Ok(0);
        }
        tracing::info!(objects = swept.len(), "superseded objects were deleted");
        // A publisher may have come to the same bytes again at that very moment, and have written the object just before it
        // was deleted: S3 has no condition against that.
        let needed = self.snapshots.open().await?.keys();
        if swept.iter().any(|key| needed.contains(key)) {
            tracing::warn!("an object was deleted that a new snapshot needs; it is made anew");
            Box::pin(self.rebuild()).await?;
        }
        Ok(swept.len())
    }

    /// Publishes a snapshot that is made from the table alone, whatever the bucket holds now.
    ///
    /// # Errors
    /// When table or bucket fail.
    pub async fn rebuild(&self) -> Result<Published, SyncError> {
        // The pointer first: a snapshot that somebody publishes from here on is newer than this one may be, and wins.
        let previous: Snapshot = self.snapshots.replacing().await?;
        let (servers, (serial, time)) = Box::pin(all_servers(&self.writer)).await?;
        let mirrors = self.for_mirrors(ExportsWhen::Behind);
        let publication = Publication { serial, time, fold: Fold::Now, mirrors: Some(mirrors) };
        let publishing = publish_all(&self.snapshots, &self.bucket, &previous, servers, publication);
        let published = Box::pin(publishing).await?;
        self.announce(published.pointer.serial).await?;
        Ok(published)
    }

    /// The catalogue as it is now. A snapshot that cannot be read, such as one of another format, is made anew from the table:
    /// nothing is in it that the table has not.
    ///
    /// # Errors
    /// When table or bucket fail.
    pub async fn view(&self) -> Result<Arc<View>, SyncError> {
        match self.catalogue.view().await {
            Err(CatalogueError::Snapshot(error)) if error.is_of_snapshot() => {
                tracing::warn!(error = registry::error_chain(&error), "the snapshot is made anew");
                self.rebuild().await?;
                Ok(self.catalogue.view().await?)
            }
            view => Ok(view?),
        }
    }

    fn for_mirrors(&self, exports: ExportsWhen) -> ForMirrors<'_> {
        if self.seal.is_none() {
            self.unsigned.call_once(|| {
                tracing::warn!(
                    "snapshots are not signed: there are no keys here; mirrors that ask for a signature refuse them"
                );
            });
        }
        ForMirrors { history: &self.writer, seal: self.seal.as_deref(), exports }
    }

    async fn announce(&self, serial: Serial) -> Result<(), SyncError> {
        Ok(self.writer.announce_snapshot(serial).await.map_err(CatalogueError::from)?)
    }
}

/// Whether the snapshot's search index is there and whole. One that is not is made anew, from the blocks if need be.
async fn is_searchable(snapshot: &Snapshot) -> Result<bool, SnapshotError> {
    match snapshot.search_index().await {
        Ok(_) => Ok(true),
        Err(error @ (SnapshotError::Corrupt { .. } | SnapshotError::Missing(_))) => {
            tracing::warn!(error = registry::error_chain(&error), "the search index is made anew");
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
