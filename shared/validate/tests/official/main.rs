//! What the official registry answered to the same documents. The recordings are hand-outs that not every checkout has
//! beside it; what must hold everywhere has its own copy in the other tests.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]
#![expect(clippy::print_stderr, reason = "a test that cannot run says so")]

mod catalogue;
mod recorded;

use std::path::PathBuf;

use serde_json::Value;

/// A hand-out, or nothing where it is absent.
fn hand_out(file: &str) -> Option<Vec<u8>> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).join(file);
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        eprintln!("skipped: {} is not there", path.display());
    }
    bytes
}

fn parse(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}
