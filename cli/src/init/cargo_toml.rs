//! `Cargo.toml`: crates.io.

use std::path::Path;

use toml::{Table, Value};

use super::manifest::{Kind, Manifest};

pub(super) fn read(text: &str, directory: &Path) -> Result<Option<Manifest>, String> {
    let document: Table = text.parse().map_err(|error: toml::de::Error| format!("is not TOML: {}", error.message()))?;
    let Some(package) = document.get("package") else {
        return Err("is a workspace without a package of its own; run this in the directory of a member".to_owned());
    };
    let inherited = workspace(&document, directory);
    let text = |key: &str| match package.get(key) {
        Some(Value::Table(table)) if table.get("workspace").and_then(Value::as_bool) == Some(true) => {
            inherited.as_ref()?.get(key).and_then(Value::as_str).map(str::to_owned)
        }
        other => other.and_then(Value::as_str).map(str::to_owned),
    };
    let is_unpublished = match package.get("publish") {
        Some(Value::Boolean(publish)) => !publish,
        Some(Value::Array(registries)) => !registries.iter().any(|registry| registry.as_str() == Some("crates-io")),
        _ => false,
    };
    Ok(Some(Manifest {
        package: text("name"),
        unpublished: is_unpublished.then_some("`publish` keeps it from crates.io"),
        version: text("version"),
        description: text("description"),
        repository: text("repository"),
        homepage: text("homepage"),
        ..Manifest::new(Kind::Cargo)
    }))
}

/// What members inherit: from this file, else from the nearest one above that is a workspace.
fn workspace(document: &Table, directory: &Path) -> Option<Value> {
    let shared = |document: &Table| document.get("workspace").map(|workspace| workspace.get("package").cloned());
    if let Some(shared) = shared(document) {
        return shared;
    }
    directory.ancestors().skip(1).find_map(|above| {
        let document: Table = std::fs::read_to_string(above.join("Cargo.toml")).ok()?.parse().ok()?;
        shared(&document)
    })?
}
