//! Keeping a view that reflects every change acknowledged before the request came.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Mutex;

use super::history::History;
use super::view::View;
use crate::answers::Answers;
use crate::limits;
use crate::snapshot::{SnapshotError, SnapshotReader};
use crate::store::{Counter, StoreError};

/// The catalogue of one process. Holds read access only.
#[derive(Debug)]
pub struct Catalogue {
    history: Arc<dyn History>,
    snapshots: SnapshotReader,
    answers: Answers,
    current: RwLock<Option<Arc<View>>>,
    /// Refreshes that began. A request may use the result of any that began after it came.
    begun: AtomicU64,
    /// The last refresh that succeeded; held while one runs, so that there is one at a time.
    done: Mutex<u64>,
}

/// The catalogue cannot be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The snapshot did not answer.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
}

impl Catalogue {
    /// A catalogue that has read nothing yet.
    #[must_use]
    pub fn new(history: impl History + 'static, snapshots: SnapshotReader) -> Self {
        Self {
            history: Arc::new(history),
            snapshots,
            answers: Answers::new(limits::ANSWER_CACHE_BYTES),
            current: RwLock::new(None),
            begun: AtomicU64::new(0),
            done: Mutex::new(0),
        }
    }

    /// Answers that were rendered from views before.
    #[must_use]
    pub fn answers(&self) -> &Answers {
        &self.answers
    }

    /// What came before any view.
    #[must_use]
    pub fn history(&self) -> &dyn History {
        &*self.history
    }

    /// A view that reflects every change acknowledged before the call: one read of the serial, shared with the calls
    /// that wait at that moment, and what it shows to be new.
    ///
    /// # Errors
    /// When table or bucket cannot be read.
    pub async fn view(&self) -> Result<Arc<View>, CatalogueError> {
        let seen = self.begun.load(Ordering::SeqCst);
        let mut done = self.done.lock().await;
        if *done > seen
            && let Some(view) = self.current()
        {
            return Ok(view);
        }
        let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let view = self.refresh().await?;
        *done = number;
        Ok(view)
    }

    /// Opens the snapshot in force, whatever the table says of it: for a publisher that found another than it knew.
    ///
    /// # Errors
    /// When table or bucket cannot be read.
    pub async fn reload(&self) -> Result<(), CatalogueError> {
        let _one_at_a_time = self.done.lock().await;
        let counter = self.history.counter().await?;
        let base = self.snapshots.open().await?;
        let view = self.advance(&Arc::new(View::of(base, counter)), counter).await?;
        self.set(view);
        Ok(())
    }

    async fn refresh(&self) -> Result<Arc<View>, CatalogueError> {
        let (current, counter) = match self.current() {
            Some(current) => (current, self.history.counter().await?),
            None => {
                // Both at once: at a cold start each is a round trip.
                let (counter, base) = tokio::join!(self.history.counter(), self.snapshots.open());
                let counter = counter?;
                (Arc::new(View::of(base?, counter)), counter)
            }
        };
        let view = self.advance(&current, counter).await?;
        self.set(Arc::clone(&view));
        Ok(view)
    }

    async fn advance(&self, current: &Arc<View>, counter: Counter) -> Result<Arc<View>, CatalogueError> {
        let mut view = if counter.snapshot > current.base.serial() {
            View::of(self.snapshots.open().await?, counter)
        } else if counter.again != current.again {
            let base = self.snapshots.open_again(&current.base).await?;
            if base.serial() == current.base.serial() {
                View { base, again: counter.again, ..View::clone(current) }
            } else {
                View::of(base, counter)
            }
        } else if counter.serial == current.serial {
            return Ok(Arc::clone(current));
        } else {
            View::clone(current)
        };
        // A snapshot that was published after the counter was read is ahead of it, and as good.
        if counter.serial > view.serial {
            let mut changes = Vec::new();
            let mut keep = |change| {
                changes.push(change);
                ControlFlow::Continue(())
            };
            self.history.each_change(view.serial, counter.serial, &mut keep).await?;
            view.time = changes.last().map(|change| change.at);
            view.overlay.apply(&view.base, changes).await?;
            view.serial = counter.serial;
            view.searched = Arc::default();
        }
        Ok(Arc::new(view))
    }

    fn set(&self, view: Arc<View>) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(view);
    }

    fn current(&self) -> Option<Arc<View>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
