//! The document that the findings make.

use registry::model::{Repository as RepositoryField, ServerJson, ServerName, ServerVersion};
use url::Url;

use super::manifest::Manifest;
use super::packages::package;
use super::repository::Repository;
use super::{Findings, name};

/// The current schema.
const SCHEMA: &str = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json";
/// Longest description, in characters.
const DESCRIPTION_CHARS: usize = 100;

/// A server.json, and what to tell of it.
pub(crate) struct Draft {
    pub(crate) document: ServerJson,
    pub(crate) name: ServerName,
    /// A field, its value, and where it comes from.
    pub(crate) guesses: Vec<(&'static str, String, String)>,
    /// What could not be used.
    pub(crate) notes: Vec<String>,
    /// What the publisher has to do before it can be published.
    pub(crate) steps: Vec<String>,
}

/// Makes a document that is valid in structure, whatever was found.
pub(crate) fn draft(findings: Findings) -> anyhow::Result<Draft> {
    let Findings { manifests, checkout, declared, directory, damaged } = findings;
    let mut guesses = Vec::new();
    let mut notes: Vec<String> =
        damaged.into_iter().map(|reason| format!("{reason}; nothing is taken from it")).collect();
    let mut steps = Vec::new();

    let remote = checkout.as_ref().and_then(|checkout| Repository::parse(&checkout.remote));
    let subfolder = checkout.filter(|_| remote.is_some()).map(|checkout| checkout.subfolder).unwrap_or_default();
    let repository = remote
        .map(|repository| (repository, "the git remote"))
        .or_else(|| first(&manifests, |manifest| Repository::parse(manifest.repository.as_deref()?)));

    let found = server_name(&manifests, declared.as_deref(), repository.as_ref(), &subfolder, &directory);
    let (name, origin) = found.ok_or_else(|| anyhow::anyhow!("no name can be made of this directory's"))?;
    if origin == PLACEHOLDER {
        steps.push(format!("replace the name {name}: its namespace is a domain of yours, reversed"));
    }
    guesses.push(("name", name.to_string(), origin.to_owned()));

    let description = first(&manifests, |manifest| described(manifest.description.as_deref()?));
    let (description, origin) = description.unwrap_or_else(|| {
        steps.push("write a description".to_owned());
        ("An MCP server".to_owned(), PLACEHOLDER)
    });
    guesses.push(("description", description.clone(), origin.to_owned()));

    let version = first(&manifests, |manifest| valid_version(manifest.version.as_deref()?));
    let (version, origin) = version.unwrap_or_else(|| {
        steps.push("set the version".to_owned());
        ("0.1.0".to_owned(), PLACEHOLDER)
    });
    guesses.push(("version", version.clone(), origin.to_owned()));

    let repository_field = repository.as_ref().map(|(repository, origin)| {
        guesses.push(("repository", repository.url(), (*origin).to_owned()));
        RepositoryField {
            url: Some(repository.url()),
            source: Some(repository.host.source().to_owned()),
            subfolder: Some(subfolder).filter(|folder| is_subfolder(folder)),
            ..RepositoryField::default()
        }
    });
    let website = first(&manifests, |manifest| website(manifest.homepage.as_deref()?, repository.as_ref()));
    if let Some((url, origin)) = &website {
        guesses.push(("website", url.clone(), (*origin).to_owned()));
    }

    let mut packages = Vec::new();
    for manifest in &manifests {
        let is_alone = manifests.len() == 1;
        match package(manifest, is_alone, repository.as_ref().map(|(repository, _)| repository), &version) {
            Ok(package) => {
                let of = format!("{} {}", package.registry_type, package.identifier);
                guesses.push(("package", of, manifest.kind.file().to_owned()));
                let marker = if manifest.kind.is_marked_in_readme() { &declared } else { &manifest.server_name };
                if marker.as_deref() != Some(name.as_str()) {
                    steps.push(manifest.kind.marker(name.as_str()));
                }
                packages.push(package);
            }
            Err(reason) => notes.push(format!("no package from {}: {reason}", manifest.kind.file())),
        }
    }
    if packages.is_empty() {
        steps.push("add a package, or a remote where the server runs".to_owned());
    }
    let document = ServerJson {
        schema: Some(SCHEMA.to_owned()),
        name: name.to_string(),
        description,
        repository: repository_field,
        version,
        website_url: website.map(|(url, _)| url),
        packages,
        ..ServerJson::default()
    };
    Ok(Draft { document, name, guesses, notes, steps })
}

/// Where a value comes from that nothing in the project tells.
const PLACEHOLDER: &str = "a placeholder";

/// The first manifest that tells something, and its file.
fn first<T>(manifests: &[Manifest], tells: impl Fn(&Manifest) -> Option<T>) -> Option<(T, &'static str)> {
    manifests.iter().find_map(|manifest| Some((tells(manifest)?, manifest.kind.file())))
}

fn server_name(
    manifests: &[Manifest],
    declared: Option<&str>,
    repository: Option<&(Repository, &'static str)>,
    subfolder: &str,
    directory: &str,
) -> Option<(ServerName, &'static str)> {
    let told = first(manifests, |manifest| manifest.server_name.as_deref()?.parse().ok());
    let readme = || Some((declared?.parse().ok()?, "the README"));
    let account = || {
        let (repository, origin) = repository?;
        // One of several servers in a repository is called as its folder.
        let folder = subfolder.rsplit('/').next().filter(|folder| !folder.is_empty());
        Some((name::from_repository(repository, folder.unwrap_or(&repository.name))?, *origin))
    };
    let placeholder = || {
        let package = first(manifests, |manifest| manifest.package.clone());
        let text = package.map_or_else(|| directory.to_owned(), |(package, _)| package);
        Some((name::placeholder(&text)?, PLACEHOLDER))
    };
    told.or_else(readme).or_else(account).or_else(placeholder)
}

/// One line of at most [`DESCRIPTION_CHARS`].
fn described(text: &str) -> Option<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return None;
    }
    if text.chars().count() <= DESCRIPTION_CHARS {
        return Some(text);
    }
    let start: String = text.chars().take(DESCRIPTION_CHARS - 1).collect();
    Some(format!("{}…", start.trim_end()))
}

pub(super) fn valid_version(text: &str) -> Option<String> {
    text.parse::<ServerVersion>().ok().map(|version| version.as_str().to_owned())
}

/// A home page that is more than the repository's.
fn website(text: &str, repository: Option<&(Repository, &'static str)>) -> Option<String> {
    let url = Url::parse(text.trim()).ok().filter(|url| url.scheme() == "https" && url.has_host())?;
    let is_repository = Repository::parse(text).is_some_and(|other| repository.is_some_and(|(this, _)| *this == other));
    let is_bad = |char: char| matches!(char, '"' | '\'' | '<' | '>') || char.is_whitespace();
    (!is_repository && !url.as_str().contains(is_bad)).then(|| url.to_string())
}

fn is_subfolder(folder: &str) -> bool {
    let is_allowed = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.' | '/');
    !folder.is_empty() && folder.chars().all(is_allowed)
}
