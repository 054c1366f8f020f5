//! Logins: how a publisher proves itself, and the token that it gets for that.

mod authorised;
mod claims;
mod exchange;
mod login;
mod proof;
mod token_file;

pub(crate) use authorised::Session;
pub(crate) use claims::{Action, Claims};
pub(crate) use exchange::log_in;
pub(crate) use login::{Login, Method};
pub(crate) use proof::{Proof, github_token_from_environment, key_from_environment, oidc_token_from_environment};
pub(crate) use token_file::TokenFile;

use anyhow::bail;

use crate::arguments::TargetArguments;
use crate::registry_client::RegistryClient;

/// Where `berth serve` listens when nobody says otherwise.
const DEFAULT_REGISTRY: &str = "http://127.0.0.1:8080";

/// The registry that is named, else the one of the login, else the one on this machine.
pub(crate) fn registry(target: &TargetArguments, login: Option<&Login>) -> anyhow::Result<RegistryClient> {
    let named = target.registry.as_deref().or(login.map(|login| login.registry.as_str()));
    let client = RegistryClient::new(named.unwrap_or(DEFAULT_REGISTRY))?;
    if client.has_credentials() {
        bail!("the URL of a registry may hold no user name and password here; log in with `berth login`");
    }
    Ok(client)
}
