//! ToolHive's catalogue of today (`UpstreamRegistry`): `{"version":…,"meta":…,"data":{"servers":[…]}}` with bare
//! documents. Skills and plugins are no servers.

use registry::json::{self, Parts};
use registry::model::{PUBLISHER_META, Status};
use serde_json::Value;

use super::collector::{Collector, Label};
use super::{FormatError, Members, entry, kind_of};

/// ToolHive's key in the publisher's block.
pub(super) const NAMESPACE: &str = "io.github.stacklok";

/// ToolHive's own test: a `data` object.
pub(super) fn matches(members: &Members<'_>) -> bool {
    kind_of(members, "data") == Some("an object")
}

/// Reads the entries.
pub(super) fn read(members: &Members<'_>, collector: &mut Collector) -> Result<(), FormatError> {
    let data = members.get("data").map(|raw| json::split(raw.get().as_bytes())).transpose()?;
    let Some(Parts::Object(mut data)) = data else { return Ok(()) };
    let servers = data.remove("servers").map(|raw| json::split(raw.get().as_bytes())).transpose()?;
    let Some(Parts::Array(elements)) = servers else {
        return Err(FormatError::WrongShape {
            found: "`data` without an array `servers`".to_owned(),
            expected: "a ToolHive catalogue {\"data\": {\"servers\": […]}}",
        });
    };
    collector.ignore(data.into_keys().map(|key| format!("data.{key}")));
    for raw in elements {
        let accepted = entry::parts(raw, collector).and_then(|parts| {
            let mut accepted = entry::accept(&parts)?;
            accepted.status.get_or_insert(status(&parts.server));
            Ok(accepted)
        });
        collector.add(accepted, || Label::of(raw));
    }
    Ok(())
}

/// The status that ToolHive's extension block gives.
pub(super) fn status(server: &Value) -> Status {
    let extensions = ["_meta", PUBLISHER_META, NAMESPACE].into_iter().try_fold(server, |value, key| value.get(key));
    let deprecated = extensions
        .and_then(Value::as_object)
        .and_then(|extensions| extensions.values().find_map(|extension| extension.get("status")?.as_str()))
        .is_some_and(|status| matches!(status, "deprecated" | "Deprecated"));
    if deprecated { Status::Deprecated } else { Status::Active }
}
