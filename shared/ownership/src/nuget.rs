//! `NuGet`: the token in the README of the version, which the service index leads to.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use http::StatusCode;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use registry::model::{Package, ServerName};
use serde::Deserialize;
use url::Url;

use crate::answer::Answer;
use crate::base::Base;
use crate::error::{Refusal, brief};
use crate::exchange::{Call, Exchange};
use crate::token::{self, Token};
use crate::{fields, limits};

/// The service index of the public registry.
pub(crate) const PUBLIC: &str = "https://api.nuget.org/v3/index.json";

const README_TEMPLATE: &str = "ReadmeUriTemplate/6.13.0";
const PACKAGE_BASE: &str = "PackageBaseAddress/3.0.0";
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A registry, with its service index as it was last read.
pub(crate) struct NuGet {
    base: Base,
    index: Mutex<Option<(Instant, Arc<Index>)>>,
}

/// A version of a package.
pub(crate) struct Claim<'a> {
    registry: &'a NuGet,
    id: &'a str,
    version: &'a str,
}

/// The service index: what is where.
#[derive(Deserialize)]
struct Index {
    #[serde(default)]
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    #[serde(default, rename = "@id")]
    id: String,
    #[serde(default, rename = "@type")]
    kind: String,
}

#[derive(Deserialize)]
struct Versions {
    #[serde(default)]
    versions: Vec<String>,
}

impl Index {
    fn find(&self, kind: &str, what: &str) -> Result<&str, Refusal> {
        let resource = self.resources.iter().find(|resource| resource.kind == kind);
        resource
            .map(|resource| resource.id.as_str())
            .ok_or_else(|| Refusal::last(format!("failed to get {what}: {kind} not found in service index")))
    }
}

impl NuGet {
    pub(crate) fn new(base: Base) -> Self {
        Self { base, index: Mutex::default() }
    }

    async fn index(&self, exchange: &Exchange) -> Result<Arc<Index>, Refusal> {
        let known = self.index.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, index)) = known.filter(|(read, _)| read.elapsed() < limits::SERVICE_INDEX_AGE) {
            return Ok(index);
        }
        let call = Call::get(self.base.url().clone(), "application/json", limits::SERVICE_INDEX_BYTES);
        let answer = exchange.send(&call, &self.base).await;
        let answer = answer.map_err(|failure| failure.while_trying("failed to fetch NuGet service index"))?;
        if !answer.is_ok() {
            return Err(refused(&answer, "NuGet service index"));
        }
        let index: Arc<Index> = Arc::new(answer.json("failed to parse NuGet service index")?);
        *self.index.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), Arc::clone(&index)));
        Ok(index)
    }
}

impl<'a> Claim<'a> {
    pub(crate) fn new(package: &'a Package, registry: &'a NuGet) -> Result<Self, Refusal> {
        let id = fields::identifier(package, "NuGet")?;
        fields::no_hash(package, "NuGet packages must not have 'fileSha256' field - this is only for MCPB packages")?;
        fields::base_url(package, &registry.base, PUBLIC)?;
        let version = fields::version(package, "NuGet")?;
        Ok(Self { registry, id, version })
    }

    pub(crate) fn base(&self) -> &Base {
        &self.registry.base
    }

    pub(crate) async fn prove(&self, name: &ServerName, exchange: &Exchange) -> Result<(), Refusal> {
        let Self { registry, id, version } = *self;
        let index = registry.index(exchange).await?;
        let template = index.find(README_TEMPLATE, "README URL template")?;
        let readme = template.replace("{lower_id}", &self.lower_id()).replace("{lower_version}", &self.lower_version());
        let call = Call::get(parse(&readme)?, "text/markdown, */*", limits::README_BYTES);
        let answer = exchange.send(&call, &registry.base).await;
        let answer = answer.map_err(|failure| failure.while_trying("failed to fetch NuGet README"))?;
        match answer.status {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Err(self.missing(&index, exchange).await),
            _ => return Err(refused(&answer, "NuGet README request")),
        }
        match token::find(&String::from_utf8_lossy(&answer.body), name) {
            Token::Present => Ok(()),
            Token::Glued(next) => Err(Refusal::last(format!(
                "NuGet package '{id}' ownership validation for version {version} failed: found 'mcp-name: {name}' in \
                 the README, but it is immediately followed by \"{next}\" rather than a boundary. The token must be \
                 followed by a space, newline, an HTML tag, or a comment close ('-->') — put it on its own line and \
                 publish a new package version"
            ))),
            Token::Absent => Err(Refusal::last(format!(
                "NuGet package '{id}' ownership validation for version {version} failed. The server name '{name}' must \
                 appear as 'mcp-name: {name}' in the package README. Add it to your README and publish a new package \
                 version"
            ))),
        }
    }

    fn lower_id(&self) -> String {
        utf8_percent_encode(&self.id.to_lowercase(), SEGMENT).to_string()
    }

    /// Without build metadata, which is not part of a version's identity.
    fn lower_version(&self) -> String {
        utf8_percent_encode(&self.plain_version(), SEGMENT).to_string()
    }

    fn plain_version(&self) -> String {
        let version = self.version.split_once('+').map_or(self.version, |(version, _)| version);
        version.to_lowercase()
    }

    /// There is no README: because there is none in the package, or because there is no such package.
    async fn missing(&self, index: &Index, exchange: &Exchange) -> Refusal {
        let Self { id, version, .. } = *self;
        match self.versions(index, exchange).await {
            Err(refusal) => refusal,
            Ok(None) => Refusal::last(format!(
                "NuGet package '{id}' does not exist in the registry. If you recently published the package for the \
                 first time, wait for validation to complete"
            )),
            Ok(Some(versions)) => {
                let wanted = self.plain_version();
                if versions.iter().any(|version| version.to_lowercase() == wanted) {
                    Refusal::last(format!(
                        "NuGet package '{id}' ownership validation for version {version} failed because it does not \
                         have an embedded README. Add one to your package and publish a new version"
                    ))
                } else {
                    Refusal::soon(format!(
                        "NuGet package '{id}' exists but version {version} does not exist in the registry. If you \
                         recently published the version, wait for validation to complete"
                    ))
                }
            }
        }
    }

    async fn versions(&self, index: &Index, exchange: &Exchange) -> Result<Option<Vec<String>>, Refusal> {
        let base = index.find(PACKAGE_BASE, "Package Base URL")?;
        let url = parse(&format!("{}/{}/index.json", base.trim_end_matches('/'), self.lower_id()))?;
        let call = Call::get(url, "application/json", limits::VERSION_LIST_BYTES);
        let answer = exchange.send(&call, &self.registry.base).await;
        let answer = answer.map_err(|failure| failure.while_trying("failed to fetch NuGet package index"))?;
        match answer.status {
            StatusCode::OK => {
                let list: Versions = answer.json("failed to parse NuGet package index")?;
                Ok(Some(list.versions))
            }
            StatusCode::NOT_FOUND => Ok(None),
            _ => Err(refused(&answer, "NuGet package index")),
        }
    }
}

fn refused(answer: &Answer, what: &str) -> Refusal {
    let later = if answer.is_transient() { ". Likely transient, retry later" } else { "" };
    answer.refusal(format!("{what} returned status {}{later}", answer.status.as_u16()))
}

fn parse(url: &str) -> Result<Url, Refusal> {
    Url::parse(url).map_err(|error| {
        Refusal::last(format!("the NuGet service index leads to a malformed URL '{}': {error}", brief(url)))
    })
}
