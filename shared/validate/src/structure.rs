//! The check that comes first.

use registry::error::ErrorDetail;
use registry::model::ServerJson;
use serde::Deserialize;
use serde_json::Value;

use crate::format::SERVER_JSON;
use crate::shape::check;

/// Reads a body as a `server.json`, in the form in which it is stored.
///
/// # Errors
/// All that is wrong with its structure, as the official registry says it; see [`check`] for how much at most.
pub fn structure(body: &Value) -> Result<ServerJson, Vec<ErrorDetail>> {
    let errors = check(&SERVER_JSON, body);
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut document = ServerJson::deserialize(body).map_err(|error| {
        vec![ErrorDetail { message: error.to_string(), location: Some("body".to_owned()), value: None }]
    })?;
    // A block without content is absent, as everywhere in the format.
    if let Some(meta) = &mut document.meta {
        meta.retain(|_, block| block.as_object().is_some_and(|block| !block.is_empty()));
    }
    Ok(document)
}
