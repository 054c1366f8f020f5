//! `PyPI`: the token in the description of the version.

use http::Method;
use registry::model::{Package, ServerName};
use serde::Deserialize;

use crate::answer::Answer;
use crate::base::Base;
use crate::error::Refusal;
use crate::exchange::{Call, Exchange};
use crate::existence::{Existence, probe};
use crate::limits;
use crate::release::Release;
use crate::token::{self, Token};

/// The public registry.
pub(crate) const PUBLIC: &str = "https://pypi.org";

/// A version of a package.
pub(crate) struct Claim<'a>(Release<'a>);

/// The part of a version's metadata that counts.
#[derive(Deserialize)]
struct Metadata {
    #[serde(default)]
    info: Info,
}

#[derive(Default, Deserialize)]
struct Info {
    description: Option<String>,
}

impl<'a> Claim<'a> {
    pub(crate) fn new(package: &'a Package, base: &'a Base) -> Result<Self, Refusal> {
        Release::new(
            package,
            "PyPI",
            "PyPI packages must not have 'fileSha256' field - this is only for MCPB packages",
            base,
            PUBLIC,
        )
        .map(Self)
    }

    pub(crate) fn base(&self) -> &Base {
        self.0.base
    }

    pub(crate) async fn prove(&self, name: &ServerName, exchange: &Exchange) -> Result<(), Refusal> {
        let Release { base, id, version } = self.0;
        let call = Call::get(base.join(["pypi", id, version, "json"]), "application/json", limits::METADATA_BYTES);
        let answer = exchange.send(&call, base).await;
        let answer = answer.map_err(|failure| failure.while_trying("failed to fetch package metadata from PyPI"))?;
        if !answer.is_ok() {
            return Err(self.refused(&answer, exchange).await);
        }
        let metadata: Metadata = answer.json("failed to parse PyPI package metadata")?;
        match token::find(metadata.info.description.as_deref().unwrap_or_default(), name) {
            Token::Present => Ok(()),
            Token::Glued(next) => Err(Refusal::last(format!(
                "PyPI package '{id}' ownership validation failed: found 'mcp-name: {name}' in the README, but it is \
                 immediately followed by \"{next}\" rather than a boundary. The token must be followed by a space, \
                 newline, an HTML tag, or a comment close ('-->') — put it on its own line and republish"
            ))),
            Token::Absent => Err(Refusal::last(format!(
                "PyPI package '{id}' ownership validation failed. The server name '{name}' must appear as 'mcp-name: \
                 {name}' in the package README"
            ))),
        }
    }

    async fn refused(&self, answer: &Answer, exchange: &Exchange) -> Refusal {
        let id = self.0.id;
        answer.refusal(match answer.status.as_u16() {
            404 => return self.missing(exchange).await,
            429 => format!(
                "PyPI rate-limited the metadata request for package '{id}' (status: 429). Likely transient, retry later"
            ),
            status @ 500..=599 => format!(
                "PyPI upstream error fetching metadata for package '{id}' (status: {status}). Likely transient, retry \
                 later"
            ),
            status => format!("PyPI package '{id}' metadata fetch failed (status: {status})"),
        })
    }

    /// A version that is missing from a package that is there was probably published a moment ago.
    async fn missing(&self, exchange: &Exchange) -> Refusal {
        let Release { base, id, version } = self.0;
        match probe(exchange, base, Method::HEAD, base.join(["pypi", id, "json"])).await {
            Existence::Exists => Refusal::soon(format!(
                "PyPI package '{id}' exists, but version '{version}' was not found (status: 404). A newly published \
                 release can take a moment to appear on PyPI. Wait and retry, or publish version '{version}' before \
                 registering it"
            )),
            Existence::Missing => Refusal::last(format!("PyPI package '{id}' not found (status: 404)")),
            Existence::Unsure => Refusal::soon(format!(
                "PyPI could not confirm package '{id}' version '{version}' (version status: 404, package check \
                 inconclusive). Likely transient, retry later"
            )),
            Existence::Unclear => {
                Refusal::last(format!("PyPI package '{id}' version '{version}' not found (status: 404)"))
            }
        }
    }
}
