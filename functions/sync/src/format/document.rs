//! One `server.json` document: what must hold before it is imported.

use registry::model::{ServerJson, ServerName, ServerVersion};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::refusal::Refusal;

/// An accepted document.
pub(super) struct Document {
    pub(super) name: ServerName,
    pub(super) version: ServerVersion,
    pub(super) text: String,
    pub(super) remote_urls: Vec<String>,
}

/// Checks a document and renders it as it will be stored.
pub(super) fn read(server: &Value) -> Result<Document, Refusal> {
    for required in ["name", "version", "description"] {
        if server.get(required).is_none_or(Value::is_null) {
            return Err(Refusal::Missing(required));
        }
    }
    let document: ServerJson = typed(server, "").map_err(|refusal| explain_snake_case(server, refusal))?;
    if document.description.is_empty() {
        return Err(Refusal::Field { path: "description".to_owned(), problem: "must not be empty".to_owned() });
    }
    for (index, package) in document.packages.iter().enumerate() {
        if let Some(version) = &package.version {
            version.parse::<ServerVersion>().map_err(|reason| Refusal::PackageVersion { index, reason })?;
        }
    }
    let text = document
        .canonical()
        .map_err(|error| Refusal::Field { path: "the document".to_owned(), problem: error.to_string() })?;
    Ok(Document {
        name: document.name.parse()?,
        version: document.version.parse()?,
        text,
        remote_urls: document.remote_urls().map(str::to_owned).collect(),
    })
}

/// Reads a typed value; an error names the path, with `prefix` before it.
pub(super) fn typed<T: DeserializeOwned>(value: &Value, prefix: &str) -> Result<T, Refusal> {
    serde_path_to_error::deserialize(value).map_err(|error| Refusal::from_serde(&error, prefix))
}

/// Documents of schema 2025-07-09 spell their fields in snake case; the plain error would only name a missing field.
fn explain_snake_case(server: &Value, refusal: Refusal) -> Refusal {
    const OLD: [&str; 4] = ["registry_type", "registry_name", "transport_type", "package_arguments"];
    for list in ["packages", "remotes"] {
        for (index, part) in server.get(list).and_then(Value::as_array).into_iter().flatten().enumerate() {
            if part.get("registryType").is_none()
                && let Some(field) = OLD.into_iter().find(|field| part.get(field).is_some())
            {
                return Refusal::SnakeCase { path: format!("{list}[{index}]"), field };
            }
        }
    }
    refusal
}
