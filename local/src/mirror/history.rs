//! The log of a mirror as the history of a catalogue.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use berth_mirror::Mirrored;
use registry::catalogue::{History, HistoryFuture};
use registry::store::{Change, Counter, Serial, StoreError};

/// One history: a catalogue that was made of it does not hear of another.
#[derive(Debug)]
pub(super) struct MirrorHistory {
    pub(super) history: Arc<berth_mirror::History>,
    generation: u64,
    /// The serial that was last counted.
    counted: AtomicU64,
    /// The serial of the snapshot below the catalogue.
    snapshot: AtomicU64,
}

impl MirrorHistory {
    pub(super) fn new(history: Arc<berth_mirror::History>, now: Mirrored, snapshot: Serial) -> Self {
        Self {
            history,
            generation: now.generation,
            counted: AtomicU64::new(now.serial),
            snapshot: AtomicU64::new(snapshot.0),
        }
    }

    /// Tells the catalogue of a newer snapshot.
    pub(super) fn announce(&self, snapshot: Serial) {
        self.snapshot.store(snapshot.0, Ordering::SeqCst);
    }

    /// Whether a catalogue of this history can no longer follow the mirror, and has to be made anew.
    pub(super) fn is_over(&self, now: Mirrored) -> bool {
        now.generation != self.generation || now.since > self.counted.load(Ordering::SeqCst)
    }
}

impl History for MirrorHistory {
    fn counter(&self) -> HistoryFuture<'_, Counter> {
        Box::pin(async {
            match self.history.now() {
                Ok(now) if !self.is_over(now) => {
                    self.counted.fetch_max(now.serial, Ordering::SeqCst);
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "the mirror's directory cannot be read: what was read before is served");
                }
            }
            let serial = Serial(self.counted.load(Ordering::SeqCst));
            let snapshot = Serial(self.snapshot.load(Ordering::SeqCst));
            Ok(Counter { serial, snapshot, ..Counter::default() })
        })
    }

    fn each_change<'a>(
        &'a self,
        after: Serial,
        upto: Serial,
        visit: &'a mut (dyn FnMut(Change) -> ControlFlow<()> + Send),
    ) -> HistoryFuture<'a, ()> {
        Box::pin(async move {
            let mut next = after.0 + 1;
            for line in self.history.lines(self.generation, after.0, upto.0) {
                if line.serial() != next {
                    return Err(StoreError::Gap { expected: next, found: line.serial() });
                }
                next += 1;
                if visit(line.change).is_break() {
                    return Ok(());
                }
            }
            if next <= upto.0 {
                return Err(StoreError::Gap { expected: next, found: upto.0 });
            }
            Ok(())
        })
    }
}
