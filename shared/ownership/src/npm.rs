//! npm: `mcpName` in the `package.json` of the version.

use http::Method;
use registry::model::{Package, ServerName};
use serde::Deserialize;

use crate::answer::Answer;
use crate::base::Base;
use crate::error::{Refusal, brief};
use crate::exchange::{Call, Exchange};
use crate::existence::{Existence, probe};
use crate::limits;
use crate::release::Release;

/// The public registry.
pub(crate) const PUBLIC: &str = "https://registry.npmjs.org";

/// A version of a package.
pub(crate) struct Claim<'a>(Release<'a>);

/// The part of a version's metadata that counts.
#[derive(Deserialize)]
struct Metadata {
    #[serde(rename = "mcpName")]
    mcp_name: Option<String>,
}

impl<'a> Claim<'a> {
    pub(crate) fn new(package: &'a Package, base: &'a Base) -> Result<Self, Refusal> {
        Release::new(package, "NPM", "NPM packages must not have 'fileSha256' field", base, PUBLIC).map(Self)
    }

    pub(crate) fn base(&self) -> &Base {
        self.0.base
    }

    pub(crate) async fn prove(&self, name: &ServerName, exchange: &Exchange) -> Result<(), Refusal> {
        let Release { base, id, version } = self.0;
        let call = Call::get(base.join([id, version]), "application/json", limits::METADATA_BYTES);
        let answer = exchange.send(&call, base).await;
        let answer = answer.map_err(|failure| failure.while_trying("failed to fetch package metadata from NPM"))?;
        if !answer.is_ok() {
            return Err(self.refused(&answer, exchange).await);
        }
        let metadata: Metadata = answer.json("failed to parse NPM package metadata")?;
        match metadata.mcp_name.as_deref().unwrap_or_default() {
            "" => Err(Refusal::last(format!(
                "NPM package '{id}' version '{version}' is missing required 'mcpName' field. Add this to your \
                 package.json: \"mcpName\": \"{name}\""
            ))),
            found if found == name.as_str() => Ok(()),
            found => Err(Refusal::last(format!(
                "NPM package '{id}' version '{version}' ownership validation failed. Expected mcpName '{name}', got '{}'",
                brief(found)
            ))),
        }
    }

    async fn refused(&self, answer: &Answer, exchange: &Exchange) -> Refusal {
        let id = self.0.id;
        answer.refusal(match answer.status.as_u16() {
            404 => return self.missing(exchange).await,
            429 => format!(
                "NPM rate-limited the metadata request for package '{id}' (status: 429). Likely transient, retry later"
            ),
            status @ 500..=599 => format!(
                "NPM upstream error fetching metadata for package '{id}' (status: {status}). Likely transient, retry later"
            ),
            status => format!("NPM package '{id}' metadata fetch failed (status: {status})"),
        })
    }

    /// A version that is missing from a package that is there was probably published a moment ago.
    async fn missing(&self, exchange: &Exchange) -> Refusal {
        let Release { base, id, version } = self.0;
        match probe(exchange, base, Method::HEAD, base.join([id])).await {
            Existence::Exists => Refusal::soon(format!(
                "NPM package '{id}' exists, but version '{version}' was not found (status: 404). A newly published \
                 release can take a moment to appear on the registry. Wait and retry, or publish version '{version}' \
                 before registering it"
            )),
            Existence::Missing => Refusal::last(format!("NPM package '{id}' not found (status: 404)")),
            Existence::Unsure => Refusal::soon(format!(
                "NPM could not confirm package '{id}' version '{version}' (version status: 404, package check \
                 inconclusive). Likely transient, retry later"
            )),
            Existence::Unclear => {
                Refusal::last(format!("NPM package '{id}' version '{version}' not found (status: 404)"))
            }
        }
    }
}
