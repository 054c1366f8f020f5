//! References of images: `[HOST/]REPOSITORY[:TAG][@DIGEST]`.

use std::str::FromStr;

use super::image::is_digest;
use crate::error::Refusal;

/// Docker Hub under its common name.
pub(super) const DOCKER_HUB: &str = "docker.io";

/// A reference in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    /// Host, with its port if it names one.
    pub(super) host: String,
    pub(super) repository: String,
    tag: String,
    digest: Option<String>,
}

impl Reference {
    /// What the manifest is asked for by: the digest, if there is one.
    pub(super) fn target(&self) -> &str {
        self.digest().unwrap_or(&self.tag)
    }

    pub(super) fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }
}

/// The common name of a registry that has several.
pub(super) fn canonical(host: &str) -> &str {
    match host {
        "index.docker.io" | "registry-1.docker.io" => DOCKER_HUB,
        host => host,
    }
}

/// Whether the first segment of a reference is a host, and not part of the repository.
pub(super) fn is_host(segment: &str) -> bool {
    segment.contains(['.', ':']) || segment == "localhost"
}

impl FromStr for Reference {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        parse(text).ok_or_else(|| Refusal::last(format!("invalid OCI reference: could not parse reference: {text}")))
    }
}

fn parse(text: &str) -> Option<Reference> {
    let (name, digest) = match text.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (text, None),
    };
    // A colon in front of a slash belongs to a port.
    let (name, tag) = match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (name, "latest"),
    };
    let (host, repository) = match name.split_once('/') {
        Some((host, repository)) if is_host(host) => (canonical(host), repository),
        _ => (DOCKER_HUB, name),
    };
    let official = host == DOCKER_HUB && !repository.contains('/');
    let repository = if official { format!("library/{repository}") } else { repository.to_owned() };
    let valid = is_repository(&repository) && is_tag(tag) && digest.is_none_or(is_digest);
    valid.then(|| Reference {
        host: host.to_owned(),
        repository,
        tag: tag.to_owned(),
        digest: digest.map(str::to_owned),
    })
}

fn is_repository(repository: &str) -> bool {
    let is_lower = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    repository.len() <= 255
        && repository.split('/').all(|part| {
            let bytes = part.as_bytes();
            bytes.first().is_some_and(is_lower)
                && bytes.last().is_some_and(is_lower)
                && bytes.iter().all(|byte| is_lower(byte) || b"._-".contains(byte))
        })
}

fn is_tag(tag: &str) -> bool {
    (1..=128).contains(&tag.len())
        && !tag.starts_with(['.', '-'])
        && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn references_with_and_without_their_parts() {
        for (text, host, repository, target) in [
            ("widget", "docker.io", "library/widget", "latest"),
            ("acme/widget", "docker.io", "acme/widget", "latest"),
            ("acme/widget:1.0", "docker.io", "acme/widget", "1.0"),
            ("docker.io/acme/widget:1.0", "docker.io", "acme/widget", "1.0"),
            ("index.docker.io/widget", "docker.io", "library/widget", "latest"),
            ("registry-1.docker.io/acme/widget", "docker.io", "acme/widget", "latest"),
            ("ghcr.io/acme/a/b_c.d-e:V1", "ghcr.io", "acme/a/b_c.d-e", "V1"),
            ("r.corp:5000/widget", "r.corp:5000", "widget", "latest"),
            ("r.corp:5000/acme/widget:1", "r.corp:5000", "acme/widget", "1"),
            ("localhost/widget", "localhost", "widget", "latest"),
        ] {
            let reference: Reference = text.parse().unwrap();
            assert_eq!((reference.host.as_str(), reference.repository.as_str()), (host, repository), "{text}");
            assert_eq!(reference.target(), target, "{text}");
        }
        for text in [format!("ghcr.io/a/b@{DIGEST}"), format!("ghcr.io/a/b:1@{DIGEST}")] {
            assert_eq!(text.parse::<Reference>().unwrap().target(), DIGEST, "{text}");
        }
    }

    #[test]
    fn what_is_no_reference() {
        for text in [
            "",
            "/",
            "ghcr.io/",
            "ghcr.io//a",
            "ghcr.io/a/",
            "ghcr.io/../../v1/a",
            "ghcr.io/a/./b",
            "ghcr.io/Acme/widget",
            "ghcr.io/a?b",
            "ghcr.io/a%2fb",
            "ghcr.io/a:",
            "ghcr.io/a:b c",
            "ghcr.io/a:..",
            "ghcr.io/a@sha256:12",
            "ghcr.io/a@sha512:12",
            "ghcr.io/a@",
            "https://ghcr.io/a/b",
        ] {
            assert!(text.parse::<Reference>().is_err(), "{text:?}");
        }
    }
}
