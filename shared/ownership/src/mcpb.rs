//! MCPB: a release asset on a known host. Nothing is downloaded; who can attach it to a release owns it.

use std::str::FromStr;

use http::Method;
use percent_encoding::percent_decode_str;
use registry::model::Package;
use reqwest::header::LOCATION;
use url::Url;

use crate::base::Base;
use crate::error::{Refusal, brief};
use crate::exchange::{Call, Exchange, Follow};
use crate::fields;
use crate::hosts::{InvalidHost, Mirror};

/// The public hosts.
const PUBLIC: [(&str, Layout); 4] = [
    ("github.com", Layout::GitHub),
    ("www.github.com", Layout::GitHub),
    ("gitlab.com", Layout::GitLab),
    ("www.gitlab.com", Layout::GitLab),
];

/// A host of MCPB files: `HOST`, or with the paths of a product `HOST=github` or `HOST=gitlab`. `HOST` may have a port, and
/// `http://` in front of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct McpbHost {
    origin: Mirror,
    layout: Layout,
}

/// Which paths are release assets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    GitHub,
    GitLab,
    Any,
}

impl FromStr for McpbHost {
    type Err = InvalidHost;

    fn from_str(text: &str) -> Result<Self, InvalidHost> {
        const FORM: &str = "HOST, HOST=github or HOST=gitlab, where HOST is a name with or without a port";
        let (host, layout) = match text.split_once('=') {
            None => (text, PUBLIC.iter().find(|(host, _)| *host == text).map_or(Layout::Any, |(_, layout)| *layout)),
            Some((host, "github")) => (host, Layout::GitHub),
            Some((host, "gitlab")) => (host, Layout::GitLab),
            Some(_) => return Err(InvalidHost::Form(text.to_owned(), FORM)),
        };
        let origin: Mirror = if host.contains("://") { host.parse()? } else { Mirror::of_host(host)? };
        if origin.url().path() != "/" {
            return Err(InvalidHost::Form(text.to_owned(), FORM));
        }
        Ok(Self { origin, layout })
    }
}

/// Where files may be.
pub(crate) struct Mcpb {
    places: Vec<(Base, Layout)>,
}

/// A file.
pub(crate) struct Claim<'a> {
    base: &'a Base,
    id: &'a str,
    url: Url,
}

impl Mcpb {
    pub(crate) fn new(hosts: Option<Vec<McpbHost>>) -> Result<Self, url::ParseError> {
        let places = match hosts {
            Some(hosts) => hosts.into_iter().map(|host| (Base::named(host.origin), host.layout)).collect(),
            None => PUBLIC
                .iter()
                .map(|(host, layout)| Ok((Base::public(&format!("https://{host}"))?, *layout)))
                .collect::<Result<_, url::ParseError>>()?,
        };
        Ok(Self { places })
    }
}

impl<'a> Claim<'a> {
    pub(crate) fn new(package: &'a Package, mcpb: &'a Mcpb) -> Result<Self, Refusal> {
        if package.file_sha256.as_deref().is_none_or(str::is_empty) {
            return Err(Refusal::last("must include a fileSha256 hash for integrity verification"));
        }
        let id = fields::identifier(package, "MCPB")?;
        fields::absent(
            package.registry_base_url.as_deref(),
            "MCPB packages must not have 'registryBaseUrl' field - use the full download URL in 'identifier' instead",
        )?;
        let url = Url::parse(id).map_err(|error| Refusal::last(format!("invalid MCPB package URL: {error}")))?;
        let Some((base, layout)) = mcpb.places.iter().find(|(base, _)| same_host(base.url(), &url)) else {
            let host = brief(url.host_str().unwrap_or_default());
            return Err(Refusal::last(format!(
                "MCPB packages must be hosted on allowlisted providers (GitHub or GitLab). Host '{host}' is not allowed"
            )));
        };
        check_path(*layout, url.path())?;
        if url.scheme() != base.url().scheme() {
            return Err(Refusal::last(format!("invalid MCPB package URL, must use HTTPS: {id}")));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::last("invalid MCPB package URL: must have no user and no password"));
        }
        if !id.to_lowercase().contains("mcp") {
            return Err(Refusal::last(format!("MCPB package URL must contain 'mcp': {id}")));
        }
        Ok(Self { base, id, url })
    }

    pub(crate) fn base(&self) -> &Base {
        self.base
    }

    pub(crate) async fn prove(&self, exchange: &Exchange) -> Result<(), Refusal> {
        let call = Call::status(Method::HEAD, self.url.clone(), "*/*").following(Follow::Nowhere);
        let answer = exchange.send(&call, self.base).await;
        let answer = answer.map_err(|failure| failure.while_trying("failed to verify MCPB package accessibility"))?;
        if answer.is_ok() || answer.status.is_redirection() && answer.headers.contains_key(LOCATION) {
            return Ok(());
        }
        let (id, status) = (self.id, answer.status.as_u16());
        let later = if answer.is_transient() { ". Likely transient, retry later" } else { "" };
        Err(answer.refusal(format!("MCPB package '{id}' is not publicly accessible (status: {status}){later}")))
    }
}

/// The same host and port, where the default port is that of the URL's own scheme, so that `http` can be told from a
/// foreign host.
fn same_host(known: &Url, url: &Url) -> bool {
    known.host() == url.host() && known.port() == url.port()
}

fn check_path(layout: Layout, path: &str) -> Result<(), Refusal> {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let segments: Vec<&str> = decoded.split('/').skip(1).collect();
    let (valid, message) = match layout {
        Layout::Any => return Ok(()),
        Layout::GitHub => (
            is_github_release(&segments),
            "GitHub MCPB packages must be release assets following the pattern \
             '/owner/repo/releases/download/tag/filename'",
        ),
        Layout::GitLab => (
            is_gitlab_release(&segments),
            "GitLab MCPB packages must be release assets following patterns \
             '/owner/repo/-/releases/tag/downloads/filename' or '/owner/repo/-/package_files/id/download'",
        ),
    };
    if valid { Ok(()) } else { Err(Refusal::last(message)) }
}

fn is_github_release(segments: &[&str]) -> bool {
    let [owner, repository, "releases", "download", tag, file] = segments else { return false };
    let alphanumeric_ends = owner.starts_with(|char: char| char.is_ascii_alphanumeric())
        && owner.ends_with(|char: char| char.is_ascii_alphanumeric());
    let owner_chars = owner.chars().all(|char| char.is_ascii_alphanumeric() || char == '-');
    owner.len() <= 39 && alphanumeric_ends && owner_chars && is_project(repository) && is_name(tag) && is_name(file)
}

fn is_gitlab_release(segments: &[&str]) -> bool {
    let (project, route) = match segments {
        [project @ .., "-", "releases", tag, "downloads", file] => (project, is_name(tag) && is_name(file)),
        [project @ .., "-", "package_files", id, "download"] => {
            (project, !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))
        }
        _ => return false,
    };
    route && !project.is_empty() && project.iter().all(|segment| is_project(segment))
}

fn is_project(segment: &str) -> bool {
    is_name(segment) && segment.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '.' | '_' | '-'))
}

fn is_name(segment: &str) -> bool {
    !matches!(segment, "" | "." | "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn release_paths() {
        for path in ["/acme/mcp/releases/download/v1/x.mcpb", "/a-b/c.d_e/releases/download/%40x@1/y%20z.mcpb"] {
            assert_eq!(check_path(Layout::GitHub, path), Ok(()), "{path}");
        }
        for path in [
            "/",
            "/acme/mcp/raw/main/x.mcpb",
            "/acme/mcp/releases/download/v1",
            "/acme/mcp/releases/download/v1/",
            "/acme/mcp/releases/download/v1/x/y",
            "/acme/mcp/releases/download/a%2Fb/x",
            "/-acme/mcp/releases/download/v1/x",
            "/acme/m%20cp/releases/download/v1/x",
            "/acme/mcp/releases/latest/download/x",
        ] {
            assert!(check_path(Layout::GitHub, path).is_err(), "{path}");
        }
        for path in [
            "/acme/mcp/-/releases/v1/downloads/x.mcpb",
            "/group/sub/mcp/-/releases/v1/downloads/x.mcpb",
            "/acme/mcp/-/package_files/42/download",
        ] {
            assert_eq!(check_path(Layout::GitLab, path), Ok(()), "{path}");
        }
        for path in [
            "/-/releases/v1/downloads/x",
            "/acme/mcp/-/package_files/x/download",
            "/acme/mcp/-/raw/main/x",
            "/acme/mcp/releases/download/v1/x",
        ] {
            assert!(check_path(Layout::GitLab, path).is_err(), "{path}");
        }
    }
}
