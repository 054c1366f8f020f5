//! Files that hold secrets: for their owner alone, and never half written.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use etcetera::BaseStrategy;

/// The directory of the user's logins and keys.
pub(crate) fn config_directory() -> anyhow::Result<PathBuf> {
    let base = etcetera::choose_base_strategy().context("cannot find the user's configuration directory")?;
    Ok(base.config_dir().join("berth"))
}

/// Makes the directory of a file, closed to others where it is new.
pub(crate) fn create_parent(path: &Path) -> anyhow::Result<()> {
    let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) else { return Ok(()) };
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(parent).with_context(|| format!("cannot make the directory {}", parent.display()))
}

/// Gives files that are made by `options` the mode 0600.
pub(crate) fn only_for_owner(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Replaces a file as a whole: whoever reads it finds the old content or the new one.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = write_new(&temporary, content).and_then(|()| std::fs::rename(&temporary, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    written
}

fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    // One that was left by a process that was killed.
    let _ = std::fs::remove_file(path);
    let mut file = only_for_owner(OpenOptions::new().write(true).create_new(true)).open(path)?;
    file.write_all(content)?;
    file.sync_all()
}
