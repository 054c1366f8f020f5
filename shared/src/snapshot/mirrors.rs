//! What a snapshot has for mirrors: exports, change files, and the signature over both.

use super::bucket::PutBucket;
use super::document::SnapshotDocument;
use super::pointer::Pointer;
use super::reader::Snapshot;
use super::seal::Seal;
use super::{SnapshotError, change_files, export};
use crate::limits;
use crate::store::{Reader, Serial, StoreError};

/// When exports are made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportsWhen {
    /// When they are behind at all: by a schedule.
    Behind,
    /// When they are far behind ([`limits::EXPORT_LAG_CHANGES`]): after a publish, which must not write the whole catalogue.
    FarBehind,
}

/// What a publisher needs to serve mirrors.
#[derive(Clone, Copy, Debug)]
pub struct ForMirrors<'a> {
    /// Where the history is.
    pub history: &'a Reader,
    /// Who signs; without one the snapshot is not signed.
    pub seal: Option<&'a dyn Seal>,
    /// When exports are made anew.
    pub exports: ExportsWhen,
}

impl ExportsWhen {
    /// Whether a snapshot of the serial `now`, which follows `previous`, gets exports of its own.
    fn are_due(self, previous: &Pointer, now: Serial) -> bool {
        let Some(serial) = previous.export_serial() else { return true };
        let most = if self == Self::Behind { 0 } else { limits::EXPORT_LAG_CHANGES };
        // One that is ahead is of a history that is no more.
        now.0.checked_sub(serial.0).is_none_or(|behind| behind > most)
    }
}

impl ForMirrors<'_> {
    /// Whether the snapshot in force has to be published again, though nothing changed since: its exports are behind, or it
    /// is not signed with the key that signs now. The latter is for a schedule to find: there may be no change for months
    /// after the old key is gone.
    #[must_use]
    pub fn are_due(&self, pointer: &Pointer) -> bool {
        let is_signed = || match self.seal {
            Some(seal) => pointer.signature.is_some() && signature(seal, pointer).ok() == pointer.signature,
            None => true,
        };
        self.exports.are_due(pointer, pointer.serial) || (self.exports == ExportsWhen::Behind && !is_signed())
    }

    /// Writes what mirrors need of `snapshot`, which is not published yet, and names it in `pointer`. Returns the bytes that
    /// were written.
    pub(super) async fn write(
        &self,
        writer: &dyn PutBucket,
        previous: &Pointer,
        snapshot: &Snapshot,
        pointer: &mut Pointer,
    ) -> Result<u64, SnapshotError> {
        let mut written = 0;
        if self.exports.are_due(previous, pointer.serial) {
            pointer.exports = export::write(writer, snapshot).await?;
            written += pointer.exports.iter().map(|export| export.bytes).sum::<u64>();
        } else {
            pointer.exports.clone_from(&previous.exports);
        }
        let (files, bytes) = match change_files::write(writer, self.history, previous, pointer).await {
            // Readers need none of them, and mirrors can begin from the export.
            Err(SnapshotError::Store(error @ StoreError::Gap { .. })) => {
                tracing::warn!(%error, "the history is not whole: there are no files of changes");
                (Vec::new(), 0)
            }
            written => written?,
        };
        pointer.changes = files;
        pointer.signature = self.seal.map(|seal| signature(seal, pointer)).transpose()?;
        Ok(written + bytes)
    }
}

/// The signature over what clients see of `pointer`, whether it has one or not. The same key gives the same.
fn signature(seal: &dyn Seal, pointer: &Pointer) -> Result<String, SnapshotError> {
    seal.seal(&SnapshotDocument { signature: None, ..SnapshotDocument::from(pointer) }.json())
}
