//! The catalogue of a mirror: a snapshot of its own, made of export and changes, below the mirror's log.

use std::path::Path;
use std::sync::Arc;

use berth_mirror::{History, paths};
use registry::catalogue::{Catalogue, CatalogueError};
use registry::limits;
use registry::snapshot::{
    Bucket, Fold, Publication, Snapshot, SnapshotError, SnapshotReader, publish, publish_all, sweep,
};
use registry::store::Serial;
use registry::time::Timestamp;

use super::history::MirrorHistory;
use crate::stores::{Stores, StoresError};

/// A mirror cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// Its directory.
    #[error(transparent)]
    Mirror(#[from] berth_mirror::MirrorError),
    /// The stores of its snapshot.
    #[error(transparent)]
    Stores(#[from] StoresError),
    /// Its snapshot.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// Its state cannot be read.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The reading of the export was cut off.
    #[error("reading the export was cut off: {0}")]
    CutOff(#[from] tokio::task::JoinError),
}

/// A catalogue with what keeps it small.
pub(super) struct Base {
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) history: Arc<MirrorHistory>,
    snapshots: SnapshotReader,
    bucket: Bucket,
    stores: Stores,
    generation: u64,
}

impl Base {
    /// The catalogue of a directory. The snapshot of an earlier run is used where it still fits; else it is made anew, from all
    /// of the export.
    pub(super) async fn open(history: Arc<History>, before: Option<&Self>) -> Result<Self, MirrorError> {
        let now = history.now()?;
        let serving = history.directory().path(paths::SERVING);
        let stores = match before {
            // The directory is locked by this process.
            Some(before) if before.generation == now.generation => before.stores.clone(),
            // What answers until the new one does needs its own.
            Some(_) => Stores::embedded(&serving.join(now.generation.to_string())).await?,
            None => {
                remove_others(&serving, now.generation);
                Stores::embedded(&serving.join(now.generation.to_string())).await?
            }
        };
        let bucket = stores.bucket();
        let snapshots = SnapshotReader::keeping(bucket.clone(), limits::LOCAL_BLOCK_CACHE_BYTES);
        let fits =
            |snapshot: &Snapshot| snapshot.is_published() && (now.since..=now.serial).contains(&snapshot.serial().0);
        let (now, serial) = match snapshots.open().await {
            Ok(snapshot) if fits(&snapshot) => (now, snapshot.serial()),
            Ok(_) | Err(SnapshotError::Corrupt { .. } | SnapshotError::Missing(_)) => {
                let reading = Arc::clone(&history);
                let (now, servers) = tokio::task::spawn_blocking(move || reading.servers()).await??;
                let (previous, serial) = (snapshots.replacing().await?, Serial(now.serial));
                let servers = servers.into_iter().map(Ok::<_, SnapshotError>);
                let publication = Publication { serial, time: None, fold: Fold::Now, mirrors: None };
                publish_all(&snapshots, &bucket, &previous, servers, publication).await?;
                (now, serial)
            }
            Err(error) => return Err(error.into()),
        };
        let generation = now.generation;
        let history = Arc::new(MirrorHistory::new(history, now, serial));
        let catalogue = Arc::new(Catalogue::new(Arc::clone(&history), snapshots.clone()));
        Ok(Self { catalogue, history, snapshots, bucket, stores, generation })
    }

    /// Publishes what changed, so that answers do not carry it along.
    pub(super) async fn publish(&self) -> Result<(), MirrorError> {
        let view = self.catalogue.view().await?;
        let previous = view.snapshot();
        if previous.serial() == view.serial() {
            return Ok(());
        }
        let changed = view.changed().map(|(name, state)| (name.clone(), state.clone())).collect();
        let publication =
            Publication { serial: view.serial(), time: view.time(), fold: Fold::WhenLarge, mirrors: None };
        let published = publish(&self.snapshots, &self.bucket, previous, &changed, publication).await?;
        if published.blocks_written > 0 {
            sweep(&self.snapshots, &self.bucket, Timestamp::now()).await?;
        }
        self.history.announce(view.serial());
        // The next view is of this snapshot: what came before is asked for by other mirrors alone, as far as the export reaches.
        self.catalogue.view().await?;
        self.history.history.forget(view.serial().0);
        Ok(())
    }
}

/// Removes snapshots of other histories, which no process serves when one begins to.
fn remove_others(serving: &Path, generation: u64) {
    for entry in std::fs::read_dir(serving).into_iter().flatten().flatten() {
        if entry.file_name().to_str() != Some(&generation.to_string()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
