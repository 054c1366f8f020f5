//! Files of private keys: hex, for the owner alone, never overwritten.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use super::{Algorithm, PrivateKey};
use crate::output;
use crate::private_file;

/// Where a key goes that nobody names.
pub(crate) fn default_path() -> anyhow::Result<PathBuf> {
    Ok(private_file::config_directory().context("name the file of the key with --output")?.join("key.hex"))
}

/// Writes a new key.
pub(crate) fn create(path: &Path, hex: &str) -> anyhow::Result<()> {
    private_file::create_parent(path)?;
    let mut file = private_file::only_for_owner(OpenOptions::new().write(true).create_new(true))
        .open(path)
        .map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => anyhow!(
                "{} exists and is not overwritten; name another file with --output, or show its record with `berth keys \
                 show`",
                path.display()
            ),
            _ => anyhow!("cannot write the key to {}: {error}", path.display()),
        })?;
    let written = file.write_all(format!("{hex}\n").as_bytes()).and_then(|()| file.sync_all());
    written.with_context(|| format!("cannot write the key to {}", path.display()))
}

/// Reads a key; says so when others can read it too.
pub(crate) fn read(path: &Path, expected: Option<Algorithm>) -> anyhow::Result<PrivateKey> {
    let name = path.display();
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the key {name}; make one with `berth keys new`"))?;
    if is_open_to_others(path) {
        output::talk(&format!("warning: others can read the key {name}; close it with `chmod 600 {name}`"));
    }
    PrivateKey::from_hex(&text, expected).map_err(|error| anyhow!("the key {name} {error}"))
}

#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    File::open(path).and_then(|file| file.metadata()).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> bool {
    false
}
