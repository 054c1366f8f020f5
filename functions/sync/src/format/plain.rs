//! An array of `server.json` documents, as the official registry's seed file is.

use registry::json;
use serde_json::value::RawValue;

use super::{Collector, entry};

/// Whether any element could be a document.
pub(super) fn matches(elements: &[&RawValue]) -> bool {
    elements.iter().any(|raw| json::kind(raw) == "an object")
}

/// Reads the entries.
pub(super) fn read(elements: &[&RawValue], collector: &mut Collector) {
    entry::read_all(elements, collector);
}
