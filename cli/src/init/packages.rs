//! The packages of a server.json.

use registry::model::{Package, Transport};

use super::draft::valid_version;
use super::manifest::{Kind, Manifest};
use super::repository::{Host, Repository};

/// The package that a manifest describes, or why there is none. `version` is that of the server.
pub(super) fn package(
    manifest: &Manifest,
    is_alone: bool,
    repository: Option<&Repository>,
    version: &str,
) -> Result<Package, String> {
    if let Some(reason) = manifest.unpublished {
        return Err(reason.to_owned());
    }
    let transport = Transport { kind: "stdio".to_owned(), ..Transport::default() };
    let registry_type = manifest.kind.registry_type().to_owned();
    if manifest.kind == Kind::Oci {
        // A Dockerfile beside a package may serve anything.
        if !is_alone && manifest.server_name.is_none() {
            return Err(
                "if you publish the image, label it as `berth init` says where there is nothing else".to_owned()
            );
        }
        let identifier = image(repository, version)
            .ok_or("where the image is published is not known; add it as docker.io/OWNER/IMAGE:TAG or the like")?;
        return Ok(Package { registry_type, identifier, transport, ..Package::default() });
    }
    let identifier = manifest.package.clone().filter(|name| !name.is_empty() && !name.contains(char::is_whitespace));
    let identifier = identifier.ok_or("it gives the package no name")?;
    let own = manifest.version.as_deref().and_then(valid_version);
    let version = Some(own.unwrap_or_else(|| version.to_owned()));
    Ok(Package { registry_type, identifier, version, transport, ..Package::default() })
}

/// The image that a GitHub repository publishes beside its code.
fn image(repository: Option<&Repository>, version: &str) -> Option<String> {
    let repository = repository.filter(|repository| repository.host == Host::GitHub)?;
    let is_tag = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '.' | '-');
    let tag: String = version.chars().map(|char| if is_tag(char) { char } else { '-' }).collect();
    Some(format!("ghcr.io/{}/{}:{tag}", repository.owner.to_lowercase(), repository.name.to_lowercase()))
}
