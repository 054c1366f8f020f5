//! Snapshots: the same state gives the same bytes, whole or not at all; what mirrors are given leads to the same state.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]

mod corrupt;
mod exports;
mod faults;
mod histories;
mod incremental;
mod promise;
mod sweep;

use std::collections::BTreeMap;

use berth_tests::Registry;
use bytes::Bytes;
use registry::snapshot::{ExportsWhen, Fold, ForMirrors, Publication};
use registry::store::Serial;
use registry::time::Timestamp;
use serde_json::Value;

/// What is published of a registry, with everything that mirrors get, unsigned.
fn publication(registry: &Registry, serial: Serial, time: Option<Timestamp>, fold: Fold) -> Publication<'_> {
    let mirrors = ForMirrors { history: &registry.writer, seal: None, exports: ExportsWhen::Behind };
    Publication { serial, time, fold, mirrors: Some(mirrors) }
}

/// What the objects of a bucket are, as its pointer says.
fn pointer(objects: &BTreeMap<String, Bytes>) -> Value {
    serde_json::from_slice(&objects["pointer.json"]).unwrap()
}
