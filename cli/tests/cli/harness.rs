//! A home of its own for each test, and the built binary in it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::serving::Serving;

/// After which a command hangs.
const PATIENCE: Duration = Duration::from_secs(300);

/// A directory that is the home of every process started in it. It goes when it is dropped.
pub(crate) struct Home(TempDir);

/// What a command left.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit code.
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// The data directory.
    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    /// Writes a file and returns its path as a source.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The command in a clean environment: nothing of the machine's own Berth, AWS and proxies is seen.
    pub(crate) fn berth(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_berth"));
        command.args(arguments).current_dir(self.0.path()).env_clear();
        command.env("HOME", self.0.path());
        for variable in ["XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"] {
            command.env(variable, self.path(&variable.to_lowercase()));
        }
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        run(self.berth(arguments))
    }

    /// `berth sync --json` on the data directory; its exit code and its report.
    pub(crate) fn sync(&self, sources: &[&str]) -> (i32, Value) {
        let ran = self.run(&[&["sync", "--json", "--data", "data"], sources].concat());
        let report = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
        (ran.code, report)
    }

    /// `berth sync --json` of one source that is read; its part of the report, and the serial.
    pub(crate) fn import(&self, source: &str) -> (Value, u64) {
        let (code, report) = self.sync(&[source]);
        assert_eq!(code, 0, "{report}");
        (report["sources"][0].clone(), report["serial"].as_u64().unwrap())
    }

    /// `berth serve` on the data directory and a free port, ready.
    pub(crate) fn serve(&self, arguments: &[&str]) -> Serving {
        let listen = ["serve", "--data", "data", "--listen", "127.0.0.1:0"];
        Serving::ready(self.berth(&[&listen, arguments].concat()))
    }

    /// The bytes of the snapshot's pointer.
    pub(crate) fn pointer(&self) -> Vec<u8> {
        std::fs::read(self.data().join("s3/berth/pointer.json")).unwrap()
    }
}

/// Runs a command to its end.
pub(crate) fn run(command: Command) -> Ran {
    let output = assert_cmd::Command::from_std(command).timeout(PATIENCE).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran {
        code: output.status.code().unwrap_or_else(|| panic!("ended by a signal or by impatience: {output:?}")),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// A file of the hand-outs, which not every checkout has beside it; `None` where it is absent.
pub(crate) fn hand_out(file: &str) -> Option<String> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data")).join(file);
    if path.exists() {
        return Some(path.to_str().unwrap().to_owned());
    }
    println!("skipped: {} is absent", path.display());
    None
}
