//! The hand-outs: real catalogues that not every checkout has beside it.

use std::path::PathBuf;

/// A file of the hand-outs, such as `catalogs/official-2025-12-18.json`. Where it is absent this says so and the test
/// returns.
#[must_use]
pub fn hand_out(file: &str) -> Option<PathBuf> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data")).join(file);
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}
