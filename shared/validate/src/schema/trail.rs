//! Where an error is: in the document, and in the schema.

use std::fmt::Write;

use jsonschema::ValidationError;
use jsonschema::paths::{Location, LocationSegment};
use serde_json::Value;

/// A place in the document, such as `packages[0].transport.url`.
pub(super) fn path(location: &Location) -> String {
    let mut path = String::new();
    for segment in location {
        // Writing to a String does not fail.
        let _ = match segment {
            LocationSegment::Index(index) => write!(path, "[{index}]"),
            LocationSegment::Property(name) if !path.is_empty() => write!(path, ".{name}"),
            LocationSegment::Property(name) if name == "$schema" => write!(path, "schema"),
            LocationSegment::Property(name) => write!(path, "{name}"),
        };
    }
    path
}

/// The place in the schema, and the way to it through its `$ref`s: `<URL>#/… from: [#/definitions/ServerDetail]/…`.
pub(super) fn reference(date: &str, schema: &Value, error: &ValidationError<'_>) -> String {
    let mut absolute = String::new();
    let mut trail = String::new();
    for segment in error.evaluation_path() {
        if !trail.is_empty() {
            trail.push('/');
        }
        match segment {
            LocationSegment::Property(name) if name == "$ref" => {
                let target = schema.pointer(&absolute).and_then(|schema| schema.get("$ref")).and_then(Value::as_str);
                let target = target.unwrap_or("#");
                // Writing to a String does not fail.
                let _ = write!(trail, "[{target}]");
                absolute.clear();
                absolute.push_str(target.trim_start_matches('#'));
            }
            _ => {
                let _ = write!(trail, "{segment}");
                let _ = write!(absolute, "/{segment}");
            }
        }
    }
    format!("https://static.modelcontextprotocol.io/schemas/{date}/server.schema.json#{absolute} from: {trail}")
}
