//! Indexes, manifests and configurations of images.

use std::collections::HashMap;

use http::header::CONTENT_TYPE;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::session::FAILED;
use crate::answer::Answer;
use crate::error::{Refusal, brief};

/// The documents that are understood.
pub(super) const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";
const INDEXES: [&str; 2] =
    ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"];
const MANIFESTS: [&str; 2] =
    ["application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"];

/// An answer whose body has the digest that it was asked for by; that of a tag is only known from it.
pub(super) struct Verified<'a>(&'a Answer);

impl<'a> Verified<'a> {
    pub(super) fn by_tag(answer: &'a Answer) -> Self {
        Self(answer)
    }

    pub(super) fn by_digest(answer: &'a Answer, digest: &str, what: &str) -> Result<Self, Refusal> {
        let got = format!("sha256:{}", hex::encode(Sha256::digest(&answer.body)));
        if got == digest {
            return Ok(Self(answer));
        }
        Err(Refusal::last(format!("{what}: the content has digest {got}, expected {}", brief(digest))))
    }
}

/// Whether a text is a digest, of the one kind that is understood.
pub(super) fn is_digest(text: &str) -> bool {
    let hex = text.strip_prefix("sha256:").unwrap_or_default();
    hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
}

/// What a reference leads to.
pub(super) enum Document {
    Manifest(Manifest),
    Index(Index),
}

#[derive(Deserialize)]
pub(super) struct Manifest {
    pub(super) config: Descriptor,
}

#[derive(Deserialize)]
pub(super) struct Descriptor {
    digest: String,
    platform: Option<Platform>,
}

#[derive(Deserialize)]
struct Platform {
    os: String,
    architecture: String,
}

#[derive(Deserialize)]
pub(super) struct Index {
    #[serde(default)]
    manifests: Vec<Descriptor>,
}

impl Index {
    /// The image for Linux on AMD64; one without a platform counts as such.
    pub(super) fn linux_amd64(&self) -> Option<&Descriptor> {
        let fits = |platform: &Platform| platform.os == "linux" && platform.architecture == "amd64";
        self.manifests.iter().find(|child| child.platform.as_ref().is_none_or(fits))
    }
}

impl Descriptor {
    /// The digest, if it is one: it goes into a URL.
    pub(super) fn digest(&self) -> Result<&str, Refusal> {
        if is_digest(&self.digest) {
            return Ok(&self.digest);
        }
        Err(Refusal::last(format!("{FAILED}: expected a sha256 digest, got '{}'", brief(&self.digest))))
    }
}

#[derive(Deserialize)]
struct MediaType {
    #[serde(rename = "mediaType")]
    media_type: Option<String>,
}

/// Reads an index or a manifest. What it is, it says itself; else the header does.
pub(super) fn document(Verified(answer): Verified<'_>) -> Result<Document, Refusal> {
    let MediaType { media_type } = answer.json(FAILED)?;
    let header = answer.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let header = header.split(';').next().unwrap_or_default().trim();
    let media_type = media_type.as_deref().filter(|media_type| !media_type.is_empty()).unwrap_or(header);
    if INDEXES.contains(&media_type) {
        return answer.json(FAILED).map(Document::Index);
    }
    if !MANIFESTS.contains(&media_type) {
        return Err(Refusal::last(format!("{FAILED}: unsupported media type '{}'", brief(media_type))));
    }
    answer.json(FAILED).map(Document::Manifest)
}

/// The configuration of an image.
#[derive(Deserialize)]
pub(super) struct ImageConfig {
    config: Option<Container>,
}

#[derive(Deserialize)]
struct Container {
    #[serde(rename = "Labels")]
    labels: Option<HashMap<String, String>>,
}

impl ImageConfig {
    pub(super) fn label(&self, name: &str) -> Option<&str> {
        self.config.as_ref()?.labels.as_ref()?.get(name).map(String::as_str)
    }
}

/// Reads a configuration.
pub(super) fn config(Verified(answer): Verified<'_>) -> Result<ImageConfig, Refusal> {
    answer.json("failed to get image config")
}
