//! Snapshots: the same state gives the same bytes, whole or not at all; what mirrors are given leads to the same state.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]

mod corrupt;
mod exports;
mod faults;
mod incremental;
mod promise;

use std::collections::BTreeMap;

use berth_tests::Registry;
use bytes::Bytes;
use registry::snapshot::{ExportsWhen, ForMirrors};
use serde_json::Value;

/// Everything that mirrors get, unsigned.
fn mirrors(registry: &Registry) -> ForMirrors<'_> {
    ForMirrors { history: &registry.writer, seal: None, exports: ExportsWhen::Behind }
}

/// What the objects of a bucket are, as its pointer says.
fn pointer(objects: &BTreeMap<String, Bytes>) -> Value {
    serde_json::from_slice(&objects["pointer.json"]).unwrap()
}
