//! An array of `{"server":…,"_meta":…}`: a list response without what is around it.

use registry::json::{self, Parts};
use serde_json::value::RawValue;

use super::{Collector, entry, kind_of};

/// Whether any element has a `server` object; one bad element must not decide for all.
pub(super) fn matches(elements: &[&RawValue]) -> bool {
    elements.iter().any(|raw| match json::split(raw.get().as_bytes()) {
        Ok(Parts::Object(members)) => kind_of(&members, "server") == Some("an object") && !members.contains_key("name"),
        _ => false,
    })
}

/// Reads the entries.
pub(super) fn read(elements: &[&RawValue], collector: &mut Collector) {
    entry::read_all(elements, collector);
}
