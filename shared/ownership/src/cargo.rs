//! Cargo: the token in the rendered README of the version.

use http::Method;
use registry::model::{Package, ServerName};
use serde::Deserialize;
use url::Url;

use crate::answer::Answer;
use crate::base::Base;
use crate::error::{Refusal, brief};
use crate::exchange::{Call, Exchange, Follow, is_one_of, place};
use crate::existence::{Existence, probe};
use crate::limits;
use crate::release::Release;
use crate::token::{self, Token};

/// The public registry.
pub(crate) const PUBLIC: &str = "https://crates.io";
/// Where READMEs may be, beside the operator's own origin.
const README_HOSTS: &[&str] = &["crates.io", "static.crates.io"];

/// A version of a crate.
pub(crate) struct Claim<'a>(Release<'a>);

/// Where the README is.
#[derive(Deserialize)]
struct Pointer {
    url: Option<String>,
}

impl<'a> Claim<'a> {
    pub(crate) fn new(package: &'a Package, base: &'a Base) -> Result<Self, Refusal> {
        Release::new(
            package,
            "Cargo",
            "cargo packages must not have 'fileSha256' field - this is only for MCPB packages",
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
        let call = Call::get(self.readme_url(exchange).await?, "text/html", limits::README_BYTES)
            .following(Follow::Hosts(README_HOSTS));
        let answer = exchange.send(&call, base).await;
        let answer =
            answer.map_err(|failure| failure.while_trying("failed to fetch rendered README from crates.io"))?;
        if !answer.is_ok() {
            return Err(self.readme_refused(&answer, name, exchange).await);
        }
        match token::find(&String::from_utf8_lossy(&answer.body), name) {
            Token::Present => Ok(()),
            Token::Glued(next) => Err(Refusal::last(format!(
                "cargo package '{id}' version '{version}' ownership validation failed: found 'mcp-name: {name}' in the \
                 README, but it is immediately followed by \"{next}\" rather than a boundary. The token must be \
                 followed by a space, newline, or an HTML tag — put it on its own line and publish a new version"
            ))),
            Token::Absent => Err(Refusal::last(format!(
                "cargo package '{id}' version '{version}' ownership validation failed. The server name '{name}' must \
                 appear as 'mcp-name: {name}' in the package README"
            ))),
        }
    }

    fn url(&self, more: &[&'a str]) -> Url {
        self.0.base.join(["api", "v1", "crates", self.0.id].into_iter().chain(more.iter().copied()))
    }

    async fn readme_url(&self, exchange: &Exchange) -> Result<Url, Refusal> {
        let Release { base, id, version } = self.0;
        let call = Call::get(self.url(&[version, "readme"]), "application/json", limits::POINTER_BYTES)
            .following(Follow::Hosts(README_HOSTS));
        let answer = exchange.send(&call, base).await;
        let answer =
            answer.map_err(|failure| failure.while_trying("failed to fetch package metadata from crates.io"))?;
        if !answer.is_ok() {
            return Err(self.pointer_refused(&answer));
        }
        let pointer: Pointer = answer.json("failed to parse crates.io readme metadata")?;
        let Some(url) = pointer.url.filter(|url| !url.is_empty()) else {
            return Err(Refusal::last(format!("cargo package '{id}' metadata response missing 'url' field")));
        };
        let Some(url) = Url::parse(&url).ok().filter(Url::has_host) else {
            let reason = format!("cargo package '{id}': crates.io returned an unparseable README URL");
            return Err(Refusal::last(reason));
        };
        if !base.trusts(&url) && !is_one_of(&url, README_HOSTS) {
            return Err(Refusal::last(format!(
                "cargo package '{id}': crates.io returned a README URL on an unexpected host/scheme \"{}\" — refusing \
                 to fetch",
                brief(&place(&url))
            )));
        }
        Ok(url)
    }

    fn pointer_refused(&self, answer: &Answer) -> Refusal {
        let id = self.0.id;
        answer.refusal(match answer.status.as_u16() {
            429 => format!(
                "crates.io rate-limited the metadata request for cargo package '{id}' (status: 429) — likely \
                 transient, retry later"
            ),
            status @ 500..=599 => format!(
                "crates.io upstream error fetching metadata for cargo package '{id}' (status: {status}) — likely \
                 transient, retry later"
            ),
            status => format!("cargo package '{id}' metadata fetch failed (status: {status})"),
        })
    }

    async fn readme_refused(&self, answer: &Answer, name: &ServerName, exchange: &Exchange) -> Refusal {
        let Release { id, version, .. } = self.0;
        answer.refusal(match answer.status.as_u16() {
            403 => return self.forbidden(name, exchange).await,
            429 => format!(
                "crates.io rate-limited the README fetch for cargo package '{id}' version '{version}' (status: 429) — \
                 likely transient, retry later"
            ),
            status @ 500..=599 => format!(
                "crates.io upstream error fetching README for cargo package '{id}' version '{version}' (status: \
                 {status}) — likely transient, retry later"
            ),
            status => format!("cargo package '{id}' version '{version}' README fetch failed (status: {status})"),
        })
    }

    /// The store of READMEs answers 403 for whatever it does not have. READMEs are rendered some time after a version is
    /// published, so one that is missing from a version that is there may be on its way.
    async fn forbidden(&self, name: &ServerName, exchange: &Exchange) -> Refusal {
        let Release { base, id, version } = self.0;
        match probe(exchange, base, Method::GET, self.url(&[version])).await {
            Existence::Exists => Refusal::soon(format!(
                "cargo package '{id}' version '{version}' exists on crates.io, but its rendered README could not be \
                 retrieved (status: 403). If it has no README, add one containing 'mcp-name: {name}' and publish a new \
                 version"
            )),
            Existence::Missing => {
                let reason = format!("cargo package '{id}' version '{version}' not found on crates.io");
                let exists = probe(exchange, base, Method::GET, self.url(&[])).await == Existence::Exists;
                if exists { Refusal::soon(reason) } else { Refusal::last(reason) }
            }
            Existence::Unsure => Refusal::soon(format!(
                "crates.io could not confirm cargo package '{id}' version '{version}' (README status: 403, version \
                 check inconclusive) — likely transient, retry later"
            )),
            Existence::Unclear => {
                Refusal::last(format!("cargo package '{id}' version '{version}' not found on crates.io (status: 403)"))
            }
        }
    }
}
