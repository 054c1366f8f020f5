//! Who may log in at a registry that is served from here, and what it signs with.

use std::path::Path;
use std::sync::Arc;

use berth_local::{Access, Stores};
use registry_auth::{SigningKeys, TOKEN_KEYS, signing_keys_from_env};
use registry_ownership::{Hosts, Ownership};

use crate::arguments::ServeArguments;
use crate::output;

/// Name of the file in the data directory that holds the signing keys.
const KEY_FILE: &str = "token-keys";

/// As the flags and the environment say.
pub(crate) fn access(arguments: &ServeArguments, directory: &Path) -> anyhow::Result<Access> {
    let keys = signing_keys(directory)?;
    let ownership = match arguments.no_package_ownership {
        true => None,
        false => Some(Arc::new(Ownership::new(Hosts::from_env()?)?)),
    };
    let mut access = Access::from_env(keys, |text| output::talk(&format!("warning: {text}")))?;
    access.logins.anonymous = arguments.anonymous_login;
    access.ownership = ownership;
    Ok(access)
}

/// The keys that sign tokens and snapshots. Without keys in the environment, the data directory has them; they are made the
/// first time.
pub(crate) fn signing_keys(directory: &Path) -> anyhow::Result<SigningKeys> {
    Ok(match std::env::var_os(TOKEN_KEYS) {
        Some(_) => signing_keys_from_env()?,
        None => SigningKeys::open_or_create(&directory.join(KEY_FILE))?,
    })
}

/// The keys that sign snapshots from here: those of the registry on this machine, or those that the environment has for the
/// stores that it names. The keys of this machine would sign for a registry that does not know them.
pub(crate) fn snapshot_keys(stores: &Stores, directory: &Path) -> anyhow::Result<Option<SigningKeys>> {
    if stores.as_embedded().is_some() || std::env::var_os(TOKEN_KEYS).is_some() {
        return signing_keys(directory).map(Some);
    }
    Ok(None)
}
