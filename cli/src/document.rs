//! The server.json that a publisher has.

use std::path::Path;

use anyhow::{Context, anyhow, bail};
use serde_json::Value;

/// A document that is JSON and means the same to whoever reads it.
pub(crate) struct Document {
    /// The file as it is.
    pub(crate) bytes: Vec<u8>,
    pub(crate) json: Value,
}

impl Document {
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let name = path.display();
        let bytes =
            std::fs::read(path).with_context(|| format!("cannot read {name}; `berth init` writes a server.json"))?;
        let json = registry::json::parse(&bytes).map_err(|error| anyhow!("{name}: {error}"))?;
        if !json.is_object() {
            bail!("{name}: is no server.json: expected a JSON object; `berth init` writes one");
        }
        Ok(Self { bytes, json })
    }

    /// A text of the document, empty where it is absent.
    pub(crate) fn text(&self, key: &str) -> &str {
        self.json.get(key).and_then(Value::as_str).unwrap_or_default()
    }
}
