//! `pyproject.toml`: a Python package, by the standard's table or by Poetry's.

use std::path::Path;

use toml::{Table, Value};

use super::manifest::{Kind, Manifest};

/// Names of links, lower case, without punctuation, as the Python index compares them.
const SOURCE_LINKS: [&str; 5] = ["repository", "source", "sourcecode", "github", "code"];
const HOME_LINKS: [&str; 2] = ["homepage", "home"];

pub(super) fn read(text: &str, _: &Path) -> Result<Option<Manifest>, String> {
    let document: Table = text.parse().map_err(|error: toml::de::Error| format!("is not TOML: {}", error.message()))?;
    let poetry = document.get("tool").and_then(|tool| tool.get("poetry"));
    // Tools alone make no package.
    let Some(project) = document.get("project").or(poetry) else { return Ok(None) };
    let text = |key: &str| {
        let value = project.get(key).or_else(|| poetry?.get(key));
        value.and_then(Value::as_str).map(str::to_owned)
    };
    let link = |names: &[&str]| {
        let links = project.get("urls").and_then(Value::as_table).into_iter().flatten();
        let mut found = links.filter(|(label, _)| names.contains(&normalised(label).as_str()));
        found.find_map(|(_, url)| url.as_str().map(str::to_owned))
    };
    let classifiers = project.get("classifiers").and_then(Value::as_array).into_iter().flatten();
    let is_private = classifiers.filter_map(Value::as_str).any(|classifier| classifier.starts_with("Private ::"));
    Ok(Some(Manifest {
        package: text("name"),
        unpublished: is_private.then_some("it is private"),
        version: text("version"),
        description: text("description"),
        repository: link(&SOURCE_LINKS).or_else(|| text("repository")),
        homepage: link(&HOME_LINKS).or_else(|| text("homepage")),
        ..Manifest::new(Kind::Pypi)
    }))
}

fn normalised(label: &str) -> String {
    label.chars().filter(char::is_ascii_alphanumeric).map(|char| char.to_ascii_lowercase()).collect()
}
