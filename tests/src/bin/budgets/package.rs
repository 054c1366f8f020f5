//! What is uploaded: the binary as `bootstrap` in a zip.

use std::path::Path;
use std::process::Command;

use crate::Outcome;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Package {
    pub(crate) binary_bytes: u64,
    pub(crate) zip_bytes: u64,
}

pub(crate) fn measure(binary: &Path) -> Outcome<Package> {
    let directory = tempfile::tempdir()?;
    let copied = directory.path().join("bootstrap");
    let binary_bytes =
        std::fs::copy(binary, &copied).map_err(|error| format!("{}: {error}; build it first", binary.display()))?;
    let zip = directory.path().join("function.zip");
    let status = Command::new("zip").args(["-q", "-X", "-9", "-j"]).arg(&zip).arg(&copied).status();
    if !status.map_err(|error| format!("run zip: {error}"))?.success() {
        return Err("zip failed".into());
    }
    Ok(Package { binary_bytes, zip_bytes: std::fs::metadata(&zip)?.len() })
}
