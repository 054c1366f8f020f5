//! The login in a browser, from the environment.

use registry::aws::Aws;
use registry::config::{ConfigError, GITHUB_CLIENT_ID, PUBLIC_URL, number_from_env, optional};
use registry_secret::{SecretError, text};

use super::code_exchange::{ClientSecret, OauthApp};
use super::site::{InvalidSite, Site};
use super::{Browser, limits};
use crate::github::GitHub;

/// Name of the variable that holds the app's client secret.
pub const GITHUB_CLIENT_SECRET: &str = "BERTH_GITHUB_CLIENT_SECRET";
/// Name of the variable that names the secret of the cloud with the app's client secret. It wins over the secret itself.
pub const GITHUB_CLIENT_SECRET_NAME: &str = "BERTH_GITHUB_CLIENT_SECRET_NAME";
/// Name of the variable that holds the seconds that a session lasts at most.
pub const SESSION_LIFETIME: &str = "BERTH_SESSION_LIFETIME";

/// The environment describes no login in a browser, or half of one.
#[derive(Debug, thiserror::Error)]
pub enum BrowserError {
    /// There is a client secret, and something is missing beside it.
    #[error(
        "there is a client secret of GitHub, but {0} is not set: login in a browser needs BERTH_PUBLIC_URL, \
         BERTH_GITHUB_CLIENT_ID and BERTH_GITHUB_CLIENT_SECRET (or BERTH_GITHUB_CLIENT_SECRET_NAME); set it, or take the \
         secret away"
    )]
    Half(&'static str),
    /// The secret is in a cloud, and the process is not.
    #[error(
        "BERTH_GITHUB_CLIENT_SECRET_NAME is for functions in AWS: set BERTH_GITHUB_CLIENT_SECRET to the secret itself"
    )]
    NoCloud,
    /// The registry's own address.
    #[error("environment variable BERTH_PUBLIC_URL: {0}")]
    Site(#[from] InvalidSite),
    /// Logins by GitHub are switched off.
    #[error(
        "there is a client secret of GitHub, but BERTH_GITHUB_LOGIN is false: let it be true, or take the secret away"
    )]
    NoGitHub,
    /// The secret is empty.
    #[error("the secret {0} is empty; it must hold the client secret of the app at GitHub")]
    Empty(String),
    /// A number.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The secret store.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

/// What the environment says of it.
#[derive(Debug, Default)]
struct Settings {
    secret: Option<ClientSecret>,
    site: Option<String>,
    client_id: Option<String>,
    lifetime: u32,
}

impl Browser {
    /// The login that the environment describes; `None` without a client secret. Client id and address alone are no half
    /// of one: logins by device and by Actions need them too.
    ///
    /// # Errors
    /// See [`BrowserError`].
    pub async fn from_env(aws: &Aws, github: Option<&GitHub>) -> Result<Option<Self>, BrowserError> {
        let secret = match optional(GITHUB_CLIENT_SECRET_NAME) {
            Some(name) => {
                let text = text(aws, &name, "the client secret of the app at GitHub").await?;
                let text = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
                Some(text.ok_or(BrowserError::Empty(name))?)
            }
            None => optional(GITHUB_CLIENT_SECRET),
        };
        Settings::from_env(secret)?.browser(github)
    }

    /// The same for a process without a cloud, whose secret can only be in the environment itself.
    ///
    /// # Errors
    /// See [`BrowserError`].
    pub fn from_env_alone(github: Option<&GitHub>) -> Result<Option<Self>, BrowserError> {
        match optional(GITHUB_CLIENT_SECRET_NAME) {
            Some(_) => Err(BrowserError::NoCloud),
            None => Settings::from_env(optional(GITHUB_CLIENT_SECRET))?.browser(github),
        }
    }
}

impl Settings {
    fn from_env(secret: Option<String>) -> Result<Self, ConfigError> {
        let range = limits::SESSION_MIN_SECONDS..=limits::SESSION_MAX_SECONDS;
        Ok(Self {
            secret: secret.map(ClientSecret::from),
            site: optional(PUBLIC_URL),
            client_id: optional(GITHUB_CLIENT_ID),
            lifetime: number_from_env(SESSION_LIFETIME, range, limits::SESSION_SECONDS)?,
        })
    }

    fn browser(self, github: Option<&GitHub>) -> Result<Option<Browser>, BrowserError> {
        let Some(client_secret) = self.secret else { return Ok(None) };
        let github = github.ok_or(BrowserError::NoGitHub)?.clone();
        let site: Site = self.site.ok_or(BrowserError::Half(PUBLIC_URL))?.parse()?;
        let client_id = self.client_id.ok_or(BrowserError::Half(GITHUB_CLIENT_ID))?;
        Ok(Some(Browser::new(site, OauthApp { client_id, client_secret }, github, self.lifetime)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::github::GitHubHosts;

    fn outcome(secret: bool, site: Option<&str>, client_id: bool, github: bool) -> Result<Option<String>, String> {
        let settings = Settings {
            secret: secret.then(|| "hidden".to_owned().into()),
            site: site.map(str::to_owned),
            client_id: client_id.then(|| "Iv1.example".to_owned()),
            lifetime: 60,
        };
        assert!(!format!("{settings:?}").contains("hidden"));
        let hosts = GitHubHosts::parse("https://github.com", "https://api.github.com").unwrap();
        let github = github.then(|| GitHub::new(hosts).unwrap());
        let browser = settings.browser(github.as_ref()).map_err(|error| error.to_string())?;
        assert!(!format!("{browser:?}").contains("hidden"));
        Ok(browser.map(|browser| browser.callback()))
    }

    #[test]
    fn there_is_a_login_if_there_is_a_secret() {
        let site = Some("https://registry.example.com/");
        let callback = "https://registry.example.com/auth/github/callback".to_owned();
        assert_eq!(outcome(true, site, true, true), Ok(Some(callback)));
        assert_eq!(outcome(false, site, true, true), Ok(None));
        assert_eq!(outcome(false, None, false, false), Ok(None));
    }

    #[test]
    fn half_a_configuration_is_refused() {
        let site = Some("https://registry.example.com");
        for (outcome, expected) in [
            (outcome(true, None, true, true), "there is a client secret of GitHub, but BERTH_PUBLIC_URL is not set"),
            (
                outcome(true, site, false, true),
                "there is a client secret of GitHub, but BERTH_GITHUB_CLIENT_ID is not set",
            ),
            (outcome(true, site, true, false), "there is a client secret of GitHub, but BERTH_GITHUB_LOGIN is false"),
            (
                outcome(true, Some("http://registry.example.com"), true, true),
                "environment variable BERTH_PUBLIC_URL: \"http://registry.example.com\" is no origin such as https://",
            ),
        ] {
            let message = outcome.unwrap_err();
            assert!(message.starts_with(expected), "{message}");
        }
    }
}
