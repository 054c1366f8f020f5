//! Building the functions, once for all tests.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use serde_json::Value;

/// The functions, as the packages that they are built from.
const FUNCTIONS: [&str; 7] = ["list_servers", "get_server", "search", "publish", "auth", "verify_domain", "sync"];

/// The binary of a function, built with the profile of this test.
pub(crate) fn binary(name: &str) -> &'static Path {
    static BINARIES: LazyLock<Vec<PathBuf>> = LazyLock::new(build);
    BINARIES.iter().find(|path| path.file_stem().is_some_and(|stem| stem == name)).unwrap()
}

/// Builds with the features of a deployment: with those of the whole workspace, which this test was built with, a
/// feature that a function forgets would not be missed.
fn build() -> Vec<PathBuf> {
    // <target>/<profile>/deps/<this test>
    let test = std::env::current_exe().unwrap();
    let profile_directory = test.parent().and_then(Path::parent).unwrap();
    let profile = match profile_directory.file_name().unwrap().to_str().unwrap() {
        "debug" => "dev",
        profile => profile,
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
    let mut command = Command::new(cargo);
    command
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        // What this test was built from is on this machine already.
        .args(["build", "--offline", "--bins", "--message-format=json-render-diagnostics", "--profile", profile])
        .arg("--target-dir")
        .arg(profile_directory.parent().unwrap())
        .args(FUNCTIONS.iter().flat_map(|name| ["-p", name]))
        .stderr(Stdio::inherit());
    let output = command.output().unwrap();
    assert!(output.status.success(), "cannot build the functions: {command:?}");
    let messages = output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let messages = messages.map(|line| serde_json::from_slice::<Value>(line).unwrap());
    messages.filter_map(|message| Some(PathBuf::from(message["executable"].as_str()?))).collect()
}
