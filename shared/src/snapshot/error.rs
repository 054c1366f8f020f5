//! What can go wrong with snapshots.

use crate::store::StoreError;

/// A snapshot could not be read or published. The one that was in force stays in force.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// S3 did not answer as it should.
    #[error("cannot {operation} {key}: {message}")]
    Call {
        /// What was attempted.
        operation: &'static str,
        /// The object.
        key: String,
        /// What the SDK said, its causes included.
        message: String,
    },
    /// An object that the pointer or the index names is not there.
    #[error("cannot read {0}: the object is missing; publish the snapshot again from the table")]
    Missing(String),
    /// An object is not what it should be.
    #[error("cannot read {key}: {reason}; publish the snapshot again from the table")]
    Corrupt {
        /// The object.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The catalogue is larger than the index format can address.
    #[error("cannot build the index: more than 4 GiB of names and search text")]
    TooLarge,
    /// Somebody else kept publishing while this publisher tried.
    #[error("cannot publish the snapshot: lost the race for the pointer; it is published by somebody else")]
    Raced,
    /// The table could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SnapshotError {
    /// Whether the snapshot itself is broken: one that is made anew from the table is not.
    #[must_use]
    pub fn is_of_snapshot(&self) -> bool {
        matches!(self, Self::Missing(_) | Self::Corrupt { .. })
    }
}
