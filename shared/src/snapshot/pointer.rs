//! The pointer: the one mutable object, which names all others.

use serde::{Deserialize, Serialize};

use super::document::{ChangeFile, Export, ExportFormat};
use crate::store::Serial;
use crate::time::Timestamp;

/// Its key.
pub(super) const KEY: &str = "pointer.json";

/// What the bucket holds at one serial. The same state gives the same blocks and the same index;
/// which export it has, and how many changes besides, its history decides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pointer {
    /// The state's serial.
    pub serial: Serial,
    /// When the change with this serial was committed; absent for the empty registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// Servers, deleted ones included.
    pub servers: usize,
    /// Versions, deleted ones included.
    pub versions: usize,
    /// SHA-256 of the index, in hex; its key is `index/<hash>`.
    pub index: String,
    /// The catalogue as single files.
    pub exports: Vec<Export>,
    /// The changes since the exports, as files.
    #[serde(default)]
    pub changes: Vec<ChangeFile>,
    /// The registry's signature over what [`super::SnapshotDocument`] says of this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

impl Pointer {
    /// The serial of the oldest export; `None` unless there is one of each format.
    pub(super) fn export_serial(&self) -> Option<Serial> {
        let has = |format| self.exports.iter().any(|export| export.format == format);
        let oldest = self.exports.iter().map(|export| export.serial).min();
        oldest.filter(|_| has(ExportFormat::Json) && has(ExportFormat::Ndjson))
    }
}
