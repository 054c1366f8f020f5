//! What the mirror remembers beside what it serves.

use serde::{Deserialize, Serialize};

use crate::directory::{Directory, paths};
use crate::error::MirrorError;

/// The content of `mirror/state.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct State {
    /// The registry.
    pub(crate) from: String,
    /// The validator of the snapshot document.
    pub(crate) snapshot_etag: Option<String>,
    /// The serial of the newest snapshot document that was taken.
    pub(crate) seen: u64,
    /// The serial of `v0.1/servers`, and its size; absent until it was written.
    pub(crate) list: Option<ListState>,
    /// Moves when the history that the directory holds is not a continuation of the one before.
    pub(crate) generation: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ListState {
    pub(crate) serial: u64,
    pub(crate) bytes: u64,
}

impl State {
    pub(crate) fn read(directory: &Directory) -> Result<Self, MirrorError> {
        let Some(bytes) = directory.read(paths::STATE)? else { return Ok(Self::default()) };
        serde_json::from_slice(&bytes)
            .map_err(|error| MirrorError::Damaged { path: directory.path(paths::STATE), reason: error.to_string() })
    }

    pub(crate) fn write(&self, directory: &Directory) -> Result<(), MirrorError> {
        let json = serde_json::to_vec_pretty(self).unwrap_or_default();
        directory.replace(paths::STATE, &json)
    }
}
