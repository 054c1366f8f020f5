//! What GitHub says about the holder of a token.

use std::collections::BTreeMap;
use std::time::Duration;

use registry::identity::Namespace;
use serde::Deserialize;

use super::request::{Answer, Authorization};
use super::{GitHub, GitHubError, limits};

const USER: &str = "/user";
const MEMBERSHIPS: &str = "/user/memberships/orgs";

/// An account of GitHub, for which somebody holds a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    /// Its number, which stays.
    pub(crate) id: u64,
    /// Its name, which does not. Letters, digits and hyphens.
    pub(crate) login: String,
    /// Its namespace.
    pub(crate) namespace: Namespace,
    /// The organisations that it owns; `None` if the token may not see them.
    pub(crate) organisations: Option<Vec<Organisation>>,
}

/// An organisation that the account owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Organisation {
    /// Its number, which stays.
    pub(crate) id: u64,
    /// Its namespace.
    pub(crate) namespace: Namespace,
}

#[derive(Deserialize)]
struct User {
    login: String,
    id: u64,
}

#[derive(Deserialize)]
struct Membership {
    state: String,
    role: String,
    organization: User,
}

impl Membership {
    /// Whether the member owns the organisation. An invitation is no membership yet, and those who pay the bill own nothing.
    fn is_ownership(&self) -> bool {
        self.state == "active" && self.role == "admin"
    }
}

impl GitHub {
    /// Whose a token is, and which organisations they own.
    ///
    /// # Errors
    /// See [`GitHubError`]. A token that may not see organisations is no error.
    pub(crate) async fn account(&self, token: &str) -> Result<Account, GitHubError> {
        let authorization = Authorization::new(token)?;
        let limit = Duration::from_secs(limits::LOGIN_SECONDS);
        let asked = tokio::time::timeout(limit, self.ask(&authorization)).await;
        asked.unwrap_or(Err(GitHubError::Timeout(limits::LOGIN_SECONDS)))
    }

    async fn ask(&self, authorization: &Authorization) -> Result<Account, GitHubError> {
        let expected = "a user with `login` and `id`";
        let user = match self.get(authorization, USER, "", limits::ACCOUNT_BYTES, expected).await? {
            Answer::Known(User { id: 0, .. }) => return Err(GitHubError::Malformed { path: USER, expected }),
            Answer::Known(user) => user,
            Answer::Forbidden => return Err(GitHubError::Forbidden),
        };
        let namespace = Namespace::github(&user.login).map_err(|_| GitHubError::Login(shown(&user.login)))?;
        let organisations = self.organisations(authorization).await?;
        Ok(Account { id: user.id, login: user.login, namespace, organisations })
    }

    async fn organisations(&self, authorization: &Authorization) -> Result<Option<Vec<Organisation>>, GitHubError> {
        let expected = "a page of at most 100 memberships with `state`, `role` and `organization`";
        // By number: whoever joins one meanwhile moves another to the next page.
        let mut owned = BTreeMap::new();
        for page in 1..=limits::PAGES {
            let query = format!("state=active&per_page={}&page={page}", limits::PAGE);
            let answer = self.get(authorization, MEMBERSHIPS, &query, limits::PAGE_BYTES, expected).await?;
            let memberships: Vec<Membership> = match answer {
                Answer::Known(memberships) => memberships,
                Answer::Forbidden => return Ok(None),
            };
            for Membership { organization: User { login, id }, .. } in
                memberships.iter().filter(|one| one.is_ownership())
            {
                let namespace = Namespace::github(login).map_err(|_| GitHubError::Organisation(shown(login)))?;
                owned.insert(*id, Organisation { id: *id, namespace });
            }
            match memberships.len() {
                count if count > limits::PAGE => return Err(GitHubError::Malformed { path: MEMBERSHIPS, expected }),
                limits::PAGE => {}
                _ => return Ok(Some(owned.into_values().collect())),
            }
        }
        Err(GitHubError::TooManyOrganisations)
    }
}

/// A name that is not believed, short.
fn shown(name: &str) -> String {
    name.chars().take(100).collect()
}
