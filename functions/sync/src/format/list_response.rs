//! The official list response: `{"servers":[…],"metadata":{"nextCursor":…,"count":…}}`. `metadata` may be absent, and
//! the entries may be bare documents.

use registry::json::{self, Parts};
use registry::limits;
use serde_json::Value;

use super::collector::Collector;
use super::{FormatError, Members, entry, kind_of};

/// Go writes an empty list as `null` when nobody made the list.
pub(super) fn matches(members: &Members<'_>) -> bool {
    match kind_of(members, "servers") {
        Some("an array") => true,
        Some("null") => !members.contains_key("remote_servers"),
        _ => false,
    }
}

/// Reads the entries and returns where the list continues.
pub(super) fn read(members: &Members<'_>, collector: &mut Collector) -> Result<Option<String>, FormatError> {
    if let Some(servers) = members.get("servers")
        && let Parts::Array(elements) = json::split(servers.get().as_bytes())?
    {
        entry::read_all(&elements, collector);
    }
    let metadata = members.get("metadata").map(|raw| json::parse(raw.get().as_bytes())).transpose()?;
    // The spelling with an underscore is that of registries before v0.1; not seeing it would cut the list short.
    let cursor = metadata.as_ref().and_then(|metadata| {
        ["nextCursor", "next_cursor"].into_iter().find_map(|key| metadata.get(key).filter(|value| !value.is_null()))
    });
    match cursor {
        None => Ok(None),
        Some(Value::String(cursor)) if cursor.is_empty() => Ok(None),
        Some(Value::String(cursor)) if cursor.len() <= limits::CURSOR_BYTES => Ok(Some(cursor.clone())),
        Some(_) => Err(FormatError::WrongShape {
            found: "a metadata.nextCursor that is too long or no text".to_owned(),
            expected: "a text, to be sent back as it is",
        }),
    }
}
