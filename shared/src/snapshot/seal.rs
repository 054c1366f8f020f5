//! Who signs what a snapshot says. The keys are others'.

use std::fmt;

use super::SnapshotError;

/// Signs texts.
pub trait Seal: fmt::Debug + Send + Sync {
    /// The text as a compact JWS of the type `berth-snapshot+jws`.
    ///
    /// # Errors
    /// When it cannot be signed.
    fn seal(&self, text: &str) -> Result<String, SnapshotError>;
}
