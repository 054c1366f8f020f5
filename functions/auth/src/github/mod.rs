//! GitHub: whose a token is, and which organisations they own.
//!
//! | module | its one job |
//! |---|---|
//! | `account` | what GitHub says about the holder of a token |
//! | `request` | one question to GitHub's API |
//! | `forbidden` | what a refusal of GitHub's means |
//! | `error` | why nothing is known of a token, for its holder |
//! | `limits` | every limit of the above |

mod account;
mod error;
mod forbidden;
mod limits;
mod request;

use std::time::Duration;

use registry_fetch::{ClientError, Options, Reach};
use url::Url;

pub(crate) use account::Account;
pub(crate) use error::GitHubError;

/// Whoever asks GitHub.
#[derive(Clone, Debug)]
pub struct GitHub {
    client: reqwest::Client,
    hosts: GitHubHosts,
}

/// Where GitHub is. An installation of one's own has other addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitHubHosts {
    /// What people see.
    pub web: Url,
    /// What programs ask.
    pub api: Url,
}

/// The text is no address of GitHub.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no address of GitHub: expected a URL such as https://github.com, without user, ?query and #fragment \
     (http:// is for this machine alone)"
)]
pub struct InvalidGitHubHost(String);

impl GitHub {
    /// How GitHub is asked, unless somebody says otherwise. The operator names it, so any address counts.
    #[must_use]
    pub fn options() -> Options {
        let seconds = Duration::from_secs;
        Options {
            reach: Reach::Named,
            user_agent: concat!("berth/", env!("CARGO_PKG_VERSION")),
            accept: "application/vnd.github.v3+json",
            connect_timeout: seconds(limits::CONNECT_SECONDS),
            read_timeout: seconds(limits::ANSWER_SECONDS),
            timeout: seconds(limits::ANSWER_SECONDS),
            roots: Vec::new(),
        }
    }

    /// Asks the GitHub at `hosts`.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(hosts: GitHubHosts) -> Result<Self, ClientError> {
        Self::with_options(hosts, Self::options())
    }

    /// Asks the GitHub at `hosts` as `options` say.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn with_options(hosts: GitHubHosts, options: Options) -> Result<Self, ClientError> {
        Ok(Self { client: registry_fetch::client(options)?, hosts })
    }

    /// Whoever asks, also for what is not of the API.
    pub(crate) fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// What people see.
    #[must_use]
    pub fn web(&self) -> &Url {
        &self.hosts.web
    }
}

impl GitHubHosts {
    /// Reads both addresses.
    ///
    /// # Errors
    /// Repeats the address that is none.
    pub fn parse(web: &str, api: &str) -> Result<Self, InvalidGitHubHost> {
        Ok(Self { web: address(web)?, api: address(api)? })
    }
}

/// An address without a slash at its end that paths could double.
fn address(text: &str) -> Result<Url, InvalidGitHubHost> {
    let invalid = || InvalidGitHubHost(text.chars().take(200).collect());
    let url = Url::parse(text).map_err(|_| invalid())?;
    let is_loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(invalid()),
    };
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback);
    let is_bare = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
        && !url.cannot_be_a_base();
    if is_safe && is_bare { Ok(url) } else { Err(invalid()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_sent_to_safe_addresses_alone() {
        for text in
            ["https://api.github.com", "https://git.corp.example/api/v3/", "http://127.0.0.1:8080", "http://[::1]"]
        {
            assert!(address(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "api.github.com",
            "http://api.github.com",
            "http://10.0.0.1",
            "https://me@api.github.com",
            "https://api.github.com?a",
            "https://api.github.com#a",
            "ftp://api.github.com",
            "data:text/plain,x",
        ] {
            let message = address(text).unwrap_err().to_string();
            assert!(
                message.contains("is no address of GitHub: expected a URL such as https://github.com"),
                "{message}"
            );
        }
    }
}
