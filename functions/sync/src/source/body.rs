//! Reading with a limit.

use super::context::{Progress, ReadContext};
use super::error::SourceErrorKind;

/// Bytes that arrive in pieces, at most a given number.
pub(super) struct Body<'a> {
    bytes: Vec<u8>,
    cap: usize,
    total: Option<u64>,
    report: Option<&'a ReadContext>,
}

impl<'a> Body<'a> {
    /// Refuses at once what announces too much; `report` hears of each piece.
    pub(super) fn new(
        cap: usize,
        total: Option<u64>,
        report: Option<&'a ReadContext>,
    ) -> Result<Self, SourceErrorKind> {
        if total.is_some_and(|total| total > cap as u64) {
            return Err(SourceErrorKind::TooLarge(cap));
        }
        Ok(Self { bytes: Vec::new(), cap, total, report })
    }

    /// Takes a piece.
    pub(super) fn push(&mut self, piece: &[u8]) -> Result<(), SourceErrorKind> {
        if piece.len() > self.cap - self.bytes.len() {
            return Err(SourceErrorKind::TooLarge(self.cap));
        }
        self.bytes.extend_from_slice(piece);
        if let Some(context) = self.report {
            (context.progress)(Progress::Bytes { read: self.bytes.len() as u64, total: self.total });
        }
        Ok(())
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}
