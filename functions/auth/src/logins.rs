//! Which logins there are, and what the operator demands of them.

use registry::config::{flag_from_env, number_from_env, optional};
use registry::limits;
use registry_oidc::KeySets;

use crate::actions::Actions;
use crate::browser::Browser;
use crate::denied::{DENIED_NAMES, DeniedNames};
use crate::environment::StateError;
use crate::github::{GitHub, GitHubHosts};
use crate::issuers::{ISSUERS, OidcIssuers};
use crate::tables::Tables;

/// Name of the variable that says whether `/auth/none` is there.
pub const ANONYMOUS_LOGIN: &str = "BERTH_ANONYMOUS_LOGIN";
/// Name of the variable that says whether people log in with GitHub.
pub const GITHUB_LOGIN: &str = "BERTH_GITHUB_LOGIN";
/// Name of the variable that holds GitHub's address for people.
pub const GITHUB_URL: &str = "BERTH_GITHUB_URL";
/// Name of the variable that holds GitHub's address for programs.
pub const GITHUB_API_URL: &str = "BERTH_GITHUB_API_URL";
/// Name of the variable that holds for whom GitHub Actions makes tokens: the origin of the registry.
pub const GITHUB_OIDC_AUDIENCE: &str = "BERTH_GITHUB_OIDC_AUDIENCE";
/// Name of the variable that holds who makes the tokens of GitHub Actions. An enterprise may have an issuer of its own.
pub const GITHUB_OIDC_ISSUER: &str = "BERTH_GITHUB_OIDC_ISSUER";
/// Name of the variable that holds how many logins may fail in an hour from one address; 0 stands for any number.
pub const FAILED_LOGINS_PER_HOUR: &str = "BERTH_LIMIT_FAILED_LOGINS_PER_HOUR";

/// Which logins there are beside those by domain, which need no configuration.
#[derive(Clone, Debug)]
pub struct Logins {
    /// Whether there is `/auth/none`.
    pub anonymous: bool,
    /// Whoever asks GitHub whose a token is; without, there is no `/auth/github-at`.
    pub github: Option<GitHub>,
    /// Login in a browser; without, there is none.
    pub browser: Option<Browser>,
    /// Whoever believes GitHub Actions; without, nobody does.
    pub actions: Option<Actions>,
    /// Whoever believes other issuers; without, there is no `/auth/oidc`.
    pub oidc: Option<OidcIssuers>,
    /// Names that nobody gets a token for.
    pub denied: DeniedNames,
    /// How many logins may fail in an hour from one address; 0 stands for any number.
    pub failed_per_hour: u32,
}

impl Logins {
    /// None of them, and no limit.
    #[must_use]
    pub fn none() -> Self {
        Self {
            anonymous: false,
            github: None,
            browser: None,
            actions: None,
            oidc: None,
            denied: DeniedNames::default(),
            failed_per_hour: 0,
        }
    }

    /// Those that the environment describes, but for the login in a browser, whose secret may be elsewhere: see
    /// [`Browser::from_env`].
    ///
    /// # Errors
    /// Names the variable that is malformed.
    pub fn from_env() -> Result<Self, StateError> {
        let or = |name, default: &str| optional(name).unwrap_or_else(|| default.to_owned());
        // Roots of TLS are read for each: a function that trusts no issuer starts without.
        let keys = || KeySets::new(KeySets::options());
        let github = match flag_from_env(GITHUB_LOGIN, true)? {
            true => {
                let (web, api) = (or(GITHUB_URL, "https://github.com"), or(GITHUB_API_URL, "https://api.github.com"));
                Some(GitHub::new(GitHubHosts::parse(&web, &api)?)?)
            }
            false => None,
        };
        let actions = match optional(GITHUB_OIDC_AUDIENCE) {
            Some(audience) => {
                let issuer = or(GITHUB_OIDC_ISSUER, "https://token.actions.githubusercontent.com");
                let issuer = issuer.parse().map_err(|error| StateError::Issuer(GITHUB_OIDC_ISSUER, error))?;
                let audience = audience.parse().map_err(|error| StateError::Audience(GITHUB_OIDC_AUDIENCE, error))?;
                Some(Actions::new(issuer, audience, keys()?))
            }
            None => None,
        };
        let oidc = match optional(ISSUERS) {
            Some(text) => OidcIssuers::parse(&text, keys()?)?,
            None => None,
        };
        Ok(Self {
            anonymous: flag_from_env(ANONYMOUS_LOGIN, false)?,
            github,
            browser: None,
            actions,
            oidc,
            denied: DeniedNames::parse(&or(DENIED_NAMES, "")),
            failed_per_hour: number_from_env(FAILED_LOGINS_PER_HOUR, 0..=u32::MAX, limits::FAILED_LOGINS_PER_HOUR)?,
        })
    }

    /// The same, with the keys of issuers shared through the table.
    pub(crate) fn sharing(self, tables: &Tables) -> Self {
        let share = |keys| tables.share(keys);
        Self {
            actions: self.actions.map(|actions| actions.map_keys(share)),
            oidc: self.oidc.map(|oidc| oidc.map_keys(share)),
            ..self
        }
    }
}
