//! What is asked of a mirror, and what it tells.

use std::sync::Arc;

use crate::keys::Trust;

/// How to mirror.
#[derive(Clone)]
pub struct Options {
    /// Whose signature counts.
    pub trust: Trust,
    /// Hears how far it is.
    pub on_progress: Arc<dyn Fn(Progress) + Send + Sync>,
}

impl Default for Options {
    fn default() -> Self {
        Self { trust: Trust::default(), on_progress: Arc::new(|_| ()) }
    }
}

/// How far a run is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A file comes: so many bytes of so many.
    File {
        /// Its key.
        key: String,
        /// Bytes that are there.
        bytes: u64,
        /// Bytes that it has.
        total: u64,
    },
    /// Changes come: the serial that was reached, and the registry's.
    Changes {
        /// The serial that was reached.
        serial: u64,
        /// The registry's.
        total: u64,
    },
    /// `v0.1/servers` is being written.
    List,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The serial that the mirror holds.
    pub serial: u64,
    /// The serial of its snapshot document.
    pub snapshot: u64,
    /// Changes that this run added, those that came as files included.
    pub changes: u64,
    /// Bytes of the files and answers that this run took.
    pub bytes: u64,
    /// Whether the history was not a continuation of the one that the mirror held, which was given up.
    pub replaced: bool,
}
