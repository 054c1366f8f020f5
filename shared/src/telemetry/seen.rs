//! The snapshot that a function sees.

use super::{Directive, Line, Unit};
use crate::catalogue::View;
use crate::store::Serial;
use crate::time::Timestamp;

const SERIAL: Directive = Directive { dimensions: &[&["Function"]], metrics: &[("SnapshotSerial", Unit::None)] };
const SERIAL_AND_AGE: Directive = Directive {
    dimensions: &[&["Function"]],
    metrics: &[("SnapshotSerial", Unit::None), ("SnapshotAge", Unit::Seconds)],
};

/// A snapshot, as metrics tell of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenSnapshot {
    /// Its serial.
    pub serial: Serial,
    /// When the newest change in it was made; `None` for the empty registry.
    pub time: Option<Timestamp>,
}

impl SeenSnapshot {
    /// The snapshot below a view.
    #[must_use]
    pub fn of(view: &View) -> Self {
        let pointer = view.snapshot().pointer();
        Self { serial: pointer.serial, time: pointer.time }
    }

    /// Whole seconds from the newest change to `now`.
    #[must_use]
    pub fn age_seconds(&self, now: Timestamp) -> Option<u64> {
        let micros = now.as_micros().saturating_sub(self.time?.as_micros());
        Some(u64::try_from(micros / 1_000_000).unwrap_or_default())
    }

    /// The metrics of [`Self::write`].
    pub(super) fn directive(&self) -> Directive {
        if self.time.is_some() { SERIAL_AND_AGE } else { SERIAL }
    }

    pub(super) fn write(&self, line: &mut Line) {
        line.number("SnapshotSerial", self.serial.0);
        if let Some(age) = self.age_seconds(Timestamp::now()) {
            line.number("SnapshotAge", age);
        }
    }
}
