//! Which package registries are asked.

use std::env;
use std::str::FromStr;

use url::Url;

use crate::mcpb::McpbHost;
use crate::oci::OciHost;

/// Name of the variable that holds the base URL of an npm registry.
pub const NPM_URL: &str = "BERTH_NPM_URL";
/// Name of the variable that holds the base URL of a registry that speaks the JSON API of `PyPI` below `/pypi`.
pub const PYPI_URL: &str = "BERTH_PYPI_URL";
/// Name of the variable that holds the URL of a service index of `NuGet`.
pub const NUGET_URL: &str = "BERTH_NUGET_URL";
/// Name of the variable that holds the base URL of a registry that speaks the API of crates.io below `/api/v1`.
pub const CRATES_URL: &str = "BERTH_CRATES_URL";
/// Name of the variable that holds the registries of images, see [`OciHost`], separated by white space.
pub const OCI_HOSTS: &str = "BERTH_OCI_HOSTS";
/// Name of the variable that holds the hosts of MCPB files, see [`McpbHost`], separated by white space.
pub const MCPB_HOSTS: &str = "BERTH_MCPB_HOSTS";

/// The package registries that the operator chose; `None` stands for the public ones.
///
/// What the operator chose may have a private address and may do without TLS. It takes the place of the public registry:
/// a list of hosts holds them all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts {
    /// In place of `https://registry.npmjs.org`.
    pub npm: Option<Mirror>,
    /// In place of `https://pypi.org`.
    pub pypi: Option<Mirror>,
    /// In place of `https://api.nuget.org/v3/index.json`.
    pub nuget: Option<Mirror>,
    /// In place of `https://crates.io`.
    pub crates_io: Option<Mirror>,
    /// In place of Docker Hub, `ghcr.io`, `quay.io`, `mcr.microsoft.com`, `*.pkg.dev` and `*.azurecr.io`.
    pub oci: Option<Vec<OciHost>>,
    /// In place of GitHub and GitLab.
    pub mcpb: Option<Vec<McpbHost>>,
}

/// An HTTP URL that the operator named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirror(Url);

/// The text names no host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHost {
    /// Not a URL.
    #[error("{0:?} is not a valid URL: {1}")]
    Url(String, url::ParseError),
    /// Another scheme than HTTP.
    #[error("{0:?} must be an http or https URL")]
    Scheme(String),
    /// Credentials, a query or a fragment. The text is not repeated: it may hold a secret.
    #[error("the URL of {0} must have no user, password, query or fragment")]
    Parts(String),
    /// Not `HOST`, `HOST:PORT` or what else may stand here.
    #[error("{0:?} must be {1}")]
    Form(String, &'static str),
}

/// An environment variable is malformed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("environment variable {variable}: {reason}")]
pub struct HostsError {
    /// Name of the variable.
    pub variable: &'static str,
    /// What is wrong with it.
    pub reason: InvalidHost,
}

impl Hosts {
    /// Reads the environment: [`NPM_URL`], [`PYPI_URL`], [`NUGET_URL`], [`CRATES_URL`], [`OCI_HOSTS`], [`MCPB_HOSTS`].
    ///
    /// # Errors
    /// [`HostsError`] names the variable and what it must hold.
    pub fn from_env() -> Result<Self, HostsError> {
        Self::from_variables(|name| env::var(name).ok())
    }

    fn from_variables(get: impl Fn(&'static str) -> Option<String>) -> Result<Self, HostsError> {
        let words =
            |variable| get(variable).map(|value| (variable, value)).filter(|(_, value)| !value.trim().is_empty());
        Ok(Self {
            npm: words(NPM_URL).map(one).transpose()?,
            pypi: words(PYPI_URL).map(one).transpose()?,
            nuget: words(NUGET_URL).map(one).transpose()?,
            crates_io: words(CRATES_URL).map(one).transpose()?,
            oci: words(OCI_HOSTS).map(many).transpose()?,
            mcpb: words(MCPB_HOSTS).map(many).transpose()?,
        })
    }
}

fn one<T: FromStr<Err = InvalidHost>>((variable, value): (&'static str, String)) -> Result<T, HostsError> {
    value.trim().parse().map_err(|reason| HostsError { variable, reason })
}

fn many<T: FromStr<Err = InvalidHost>>((variable, value): (&'static str, String)) -> Result<Vec<T>, HostsError> {
    value.split_whitespace().map(|word| word.parse().map_err(|reason| HostsError { variable, reason })).collect()
}

impl FromStr for Mirror {
    type Err = InvalidHost;

    fn from_str(text: &str) -> Result<Self, InvalidHost> {
        let url = Url::parse(text).map_err(|error| InvalidHost::Url(text.to_owned(), error))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(InvalidHost::Scheme(text.to_owned()));
        }
        let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        if !plain || url.fragment().is_some() {
            return Err(InvalidHost::Parts(url.origin().ascii_serialization()));
        }
        Ok(Self(url))
    }
}

impl From<Mirror> for Url {
    fn from(mirror: Mirror) -> Self {
        mirror.0
    }
}

impl Mirror {
    /// `HOST` or `HOST:PORT`, reached with TLS.
    pub(crate) fn of_host(host: &str) -> Result<Self, InvalidHost> {
        if host.is_empty() || !host.chars().all(|char| char.is_ascii_alphanumeric() || ".-_:[]".contains(char)) {
            return Err(InvalidHost::Form(host.to_owned(), "HOST or HOST:PORT"));
        }
        format!("https://{host}").parse()
    }

    pub(crate) fn url(&self) -> &Url {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&'static str, &str)]) -> Result<Hosts, String> {
        let get = |name| variables.iter().find(|(at, _)| *at == name).map(|(_, value)| (*value).to_owned());
        Hosts::from_variables(get).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_set_means_public() {
        assert_eq!(read(&[]), Ok(Hosts::default()));
        assert_eq!(read(&[(NPM_URL, " "), (OCI_HOSTS, "")]), Ok(Hosts::default()));
    }

    #[test]
    fn all_of_them() {
        let hosts = read(&[
            (NPM_URL, "http://npm.corp:4873/npm/"),
            (PYPI_URL, "https://pypi.corp"),
            (NUGET_URL, "https://nuget.corp/v3/index.json"),
            (CRATES_URL, "https://crates.corp"),
            (OCI_HOSTS, "ghcr.io *.images.corp\n docker.io=https://hub.corp/proxy"),
            (MCPB_HOSTS, "github.com git.corp=gitlab http://files.corp:8080"),
        ])
        .unwrap();
        assert_eq!(hosts.npm, Some("http://npm.corp:4873/npm/".parse().unwrap()));
        assert_eq!(hosts.nuget.unwrap().url().path(), "/v3/index.json");
        assert_eq!((hosts.oci.unwrap().len(), hosts.mcpb.unwrap().len()), (3, 3));
    }

    #[test]
    fn malformed_ones_say_what_is_wanted() {
        for (variable, value, message) in [
            (NPM_URL, "npm.corp", r#"environment variable BERTH_NPM_URL: "npm.corp" is not a valid URL: "#),
            (PYPI_URL, "ftp://x", r#"environment variable BERTH_PYPI_URL: "ftp://x" must be an http or https URL"#),
            (
                NUGET_URL,
                "https://me:secret@x/",
                "environment variable BERTH_NUGET_URL: the URL of https://x must have no user, password, query or fragment",
            ),
            (
                CRATES_URL,
                "https://x/?a",
                "environment variable BERTH_CRATES_URL: the URL of https://x must have no user",
            ),
            (OCI_HOSTS, "ghcr.io a/b", r#"environment variable BERTH_OCI_HOSTS: "a/b" must be "#),
            (OCI_HOSTS, "*.x.corp=https://y", "environment variable BERTH_OCI_HOSTS: "),
            (OCI_HOSTS, "registry", r#"environment variable BERTH_OCI_HOSTS: "registry" must be "#),
            (MCPB_HOSTS, "x.corp=sourceforge", "environment variable BERTH_MCPB_HOSTS: "),
            (MCPB_HOSTS, "https://x.corp/path", "environment variable BERTH_MCPB_HOSTS: "),
        ] {
            let error = read(&[(variable, value)]).unwrap_err();
            assert!(error.starts_with(message), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
