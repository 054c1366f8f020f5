//! The snapshot as its clients see it: what the route answers, and what is signed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::pointer::Pointer;
use crate::store::Serial;
use crate::time::Timestamp;

/// What there is to download, and up to which serial.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Snapshot)]
pub struct SnapshotDocument {
    /// The serial of the snapshot.
    #[schema(value_type = u64)]
    pub serial: Serial,
    /// When the change with this serial was committed (RFC 3339); absent for the empty registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub time: Option<Timestamp>,
    /// Servers, deleted ones included.
    pub servers: usize,
    /// Versions, deleted ones included.
    pub versions: usize,
    /// The catalogue as single files, each with a serial of its own.
    pub exports: Vec<Export>,
    /// Files of the changes from the oldest export to `serial`, the oldest first; of one range the smallest first.
    pub changes: Vec<ChangeFile>,
    /// Compact JWS by the registry's keys (`/.well-known/jwks.json`), `typ` `berth-snapshot+jws`, whose payload is this
    /// document without `signature`. Absent where the registry does not sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// What an export holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    /// One list response without deleted versions.
    #[default]
    Json,
    /// An entry a line, in the order of lists, deleted versions included.
    Ndjson,
}

/// The catalogue as one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Export {
    /// Its path below the registry's URL, and its key in the bucket.
    pub key: String,
    /// What it holds. Older pointers do not say.
    #[serde(default)]
    pub format: ExportFormat,
    /// `gzip` or `br`.
    pub encoding: String,
    /// The serial of the state that it holds.
    #[serde(default)]
    #[schema(value_type = u64)]
    pub serial: Serial,
    /// Its size as stored.
    pub bytes: u64,
    /// Its size uncompressed.
    #[serde(default)]
    pub size: u64,
    /// SHA-256 of the uncompressed file, in hex.
    pub sha256: String,
}

/// Consecutive changes as one file, a [`super::ChangeLine`] a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangeFile {
    /// Its path below the registry's URL, and its key in the bucket.
    pub key: String,
    /// The serial of its first change.
    #[schema(value_type = u64)]
    pub first: Serial,
    /// The serial of its last change.
    #[schema(value_type = u64)]
    pub last: Serial,
    /// `gzip` or `br`.
    pub encoding: String,
    /// Its size as stored.
    pub bytes: u64,
    /// Its size uncompressed.
    pub size: u64,
    /// SHA-256 of the uncompressed file, in hex.
    pub sha256: String,
}

impl SnapshotDocument {
    /// The document as JSON, in one line without its end: what a signature is about, if there is none in it.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl From<&Pointer> for SnapshotDocument {
    fn from(pointer: &Pointer) -> Self {
        Self {
            serial: pointer.serial,
            time: pointer.time,
            servers: pointer.servers,
            versions: pointer.versions,
            exports: pointer.exports.clone(),
            changes: pointer.changes.clone(),
            signature: pointer.signature.clone(),
        }
    }
}
