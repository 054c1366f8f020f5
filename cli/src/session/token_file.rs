//! The file that holds the login.

use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::{Context, anyhow};

use super::Login;
use crate::private_file;

/// The variable that names another file.
const VARIABLE: &str = "BERTH_TOKEN_FILE";

/// Where the login is.
pub(crate) struct TokenFile(PathBuf);

impl TokenFile {
    pub(crate) fn find() -> anyhow::Result<Self> {
        if let Some(path) = std::env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
            return Ok(Self(path.into()));
        }
        let directory =
            private_file::config_directory().with_context(|| format!("name a file for the login with {VARIABLE}"))?;
        Ok(Self(directory.join("token.json")))
    }

    /// The login, where there is one.
    pub(crate) fn read(&self) -> anyhow::Result<Option<Login>> {
        let name = self.0.display();
        let bytes = match std::fs::read(&self.0) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(anyhow!("cannot read the login in {name}: {error}")),
        };
        let login = serde_json::from_slice(&bytes)
            .map_err(|error| anyhow!("the login in {name} is damaged; forget it with `berth logout`: {error}"))?;
        Ok(Some(login))
    }

    pub(crate) fn write(&self, login: &Login) -> anyhow::Result<()> {
        private_file::create_parent(&self.0)?;
        let mut text = serde_json::to_vec_pretty(login)?;
        text.push(b'\n');
        private_file::replace(&self.0, &text).with_context(|| format!("cannot keep the login in {}", self.0.display()))
    }

    /// Deletes the file; whether there was one.
    pub(crate) fn remove(&self) -> anyhow::Result<bool> {
        match std::fs::remove_file(&self.0) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(anyhow!("cannot delete the login in {}: {error}", self.0.display())),
        }
    }
}
