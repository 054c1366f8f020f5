//! The pointer: the one mutable object, which names all others.

use serde::{Deserialize, Serialize};

use crate::store::Serial;
use crate::time::Timestamp;

/// Its key.
pub(super) const KEY: &str = "pointer.json";

/// What the bucket holds at one serial. The same state gives the same pointer.
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
    /// SHA-256 of the search index, in hex; its key is `search/<hash>`. A release that had none wrote none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// The catalogue as single files.
    pub exports: Vec<Export>,
}

/// The catalogue as one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Export {
    /// Its key in the bucket.
    pub key: String,
    /// `gzip` or `br`.
    pub encoding: String,
    /// Its size as stored.
    pub bytes: u64,
    /// SHA-256 of the uncompressed file, in hex.
    pub sha256: String,
}
