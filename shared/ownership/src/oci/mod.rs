//! OCI: a label in the configuration of the image.

mod auth;
mod hosts;
mod image;
mod reference;
mod session;

use std::time::Duration;

use registry::model::{Package, ServerName};

pub use hosts::OciHost;

pub(crate) use hosts::Oci;

use crate::base::Base;
use crate::error::{Refusal, brief};
use crate::exchange::Exchange;
use crate::{fields, limits};
use image::{Document, Index, Manifest, Verified};
use reference::Reference;
use session::{FAILED, Session};

/// Names the server.
const LABEL: &str = "io.modelcontextprotocol.server.name";

/// An image.
pub(crate) struct Claim<'a> {
    id: &'a str,
    reference: Reference,
    base: Base,
}

impl<'a> Claim<'a> {
    pub(crate) fn new(package: &'a Package, oci: &Oci) -> Result<Self, Refusal> {
        let id = fields::identifier(package, "OCI")?;
        fields::absent(
            package.registry_base_url.as_deref(),
            "OCI packages must not have 'registryBaseUrl' field - use canonical reference in 'identifier' instead \
             (e.g., 'docker.io/owner/image:1.0.0')",
        )?;
        fields::absent(
            package.version.as_deref(),
            "OCI packages must not have 'version' field - include version in 'identifier' instead (e.g., \
             'docker.io/owner/image:1.0.0')",
        )?;
        fields::no_hash(package, "OCI packages must not have 'fileSha256' field")?;
        let reference: Reference = id.parse()?;
        let base = oci
            .base_of(&reference.host)
            .ok_or_else(|| Refusal::last(format!("unsupported OCI registry: {}", reference.host)))?;
        Ok(Self { id, reference, base })
    }

    pub(crate) fn base(&self) -> &Base {
        &self.base
    }

    pub(crate) fn timed_out(&self, budget: Duration) -> Refusal {
        Refusal::soon(format!(
            "OCI image validation timed out after {} seconds for '{}'. The registry may be slow or unreachable",
            budget.as_secs(),
            self.id
        ))
    }

    pub(crate) async fn prove(&self, name: &ServerName, exchange: &Exchange) -> Result<(), Refusal> {
        let mut session = Session::new(self.id, &self.reference.repository, &self.base, exchange);
        let image = match self.document(&mut session).await? {
            Document::Manifest(manifest) => manifest,
            Document::Index(index) => self.child(&mut session, &index).await?,
        };
        let config = image.config.digest()?;
        let answer = session.get("blobs", config, "*/*", limits::IMAGE_CONFIG_BYTES).await?;
        let config = image::config(Verified::by_digest(&answer, config, "failed to get image config")?)?;
        let id = self.id;
        match config.label(LABEL) {
            None => Err(Refusal::last(format!(
                "OCI image '{id}' is missing required annotation. Add this to your Dockerfile: LABEL {LABEL}=\"{name}\""
            ))),
            Some(found) if found == name.as_str() => Ok(()),
            Some(found) => Err(Refusal::last(format!(
                "OCI image ownership validation failed. Expected annotation '{LABEL}' = '{name}', got '{}'",
                brief(found)
            ))),
        }
    }

    /// What the reference leads to.
    async fn document(&self, session: &mut Session<'_>) -> Result<Document, Refusal> {
        let target = self.reference.target();
        let answer = session.get("manifests", target, image::ACCEPT, limits::MANIFEST_BYTES).await?;
        image::document(match self.reference.digest() {
            Some(digest) => Verified::by_digest(&answer, digest, FAILED)?,
            None => Verified::by_tag(&answer),
        })
    }

    /// The image of an index that is checked.
    async fn child(&self, session: &mut Session<'_>, index: &Index) -> Result<Manifest, Refusal> {
        let child = index.linux_amd64().ok_or_else(|| {
            Refusal::last(format!("{FAILED}: no child with platform linux/amd64 in index {}", self.id))
        })?;
        let digest = child.digest()?;
        let answer = session.get("manifests", digest, image::ACCEPT, limits::MANIFEST_BYTES).await?;
        match image::document(Verified::by_digest(&answer, digest, FAILED)?)? {
            Document::Manifest(manifest) => Ok(manifest),
            Document::Index(_) => Err(Refusal::last(format!("{FAILED}: an index leads to another index"))),
        }
    }
}
