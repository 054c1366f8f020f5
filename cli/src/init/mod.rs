//! What a project says of itself, made into a server.json.

mod cargo_toml;
mod dockerfile;
mod draft;
mod git;
mod manifest;
mod name;
mod package_json;
mod packages;
mod pyproject;
mod readme;
mod repository;

use std::path::Path;

pub(crate) use draft::{Draft, draft};
pub(crate) use name::domain_of;

use git::Checkout;
use manifest::Manifest;

/// All that was found in a project's directory.
#[derive(Default)]
pub(crate) struct Findings {
    /// In the order in which they are believed.
    manifests: Vec<Manifest>,
    checkout: Option<Checkout>,
    /// The name that the README declares.
    declared: Option<String>,
    /// The name of the directory.
    directory: String,
    /// Files that are there and cannot be read.
    damaged: Vec<String>,
}

/// Looks at the files of a directory.
pub(crate) fn look(directory: &Path) -> Findings {
    let name = directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut findings = Findings { directory: name, ..Findings::default() };
    for (file, read) in manifest::READERS {
        let text = match std::fs::read_to_string(directory.join(file)) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => {
                findings.damaged.push(format!("{file} cannot be read: {error}"));
                continue;
            }
        };
        match read(&text, directory) {
            Ok(manifest) => findings.manifests.extend(manifest),
            Err(error) => findings.damaged.push(format!("{file} {error}")),
        }
    }
    findings.checkout = git::find(directory);
    findings.declared = readme::declared_name(directory);
    findings
}
