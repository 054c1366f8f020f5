//! The emulator, started for one test, and the scripts of `infra` run against it.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

use crate::packages::packages;

/// Exit code of `infra/python` where it cannot install what it needs.
const CANNOT_INSTALL: i32 = 75;

pub(crate) struct Emulator {
    pub(crate) endpoint: String,
    /// The packages that are deployed; without it, they are built.
    packages: Option<&'static Path>,
    _process: Child,
}

impl Emulator {
    /// Starts it on a port of its own, with IAM enforced; `None`, with the reason printed, where it cannot be installed.
    pub(crate) async fn start() -> Option<Self> {
        let installed = script("infra/python").args(["-c", ""]).output().await.unwrap();
        if installed.status.code() == Some(CANNOT_INSTALL) {
            println!("{}", String::from_utf8_lossy(&installed.stderr).lines().last().unwrap_or("skipped:"));
            return None;
        }
        assert!(installed.status.success(), "{installed:?}");
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let endpoint = format!("http://127.0.0.1:{port}");
        let process = script("infra/python")
            .env("BERTH_PROGRAM", "ministack")
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("IOT_MTLS_ENABLED", "0")
            .env("AUTH", "true")
            // So that the test sees what the functions asked for.
            .env("CLOUDTRAIL_RECORDING", "1")
            .env("CLOUDTRAIL_MAX_EVENTS", "100000")
            .env("AWS_ENDPOINT_URL", &endpoint)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        for _ in 0..600 {
            if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Some(Self { endpoint, packages: None, _process: process })
    }

    /// Starts it for tests to which it does not matter how the functions are built.
    pub(crate) async fn with_packages() -> Option<Self> {
        let mut emulator = Self::start().await?;
        emulator.packages = Some(packages(&emulator).await);
        Some(emulator)
    }

    /// `--packages` of a deployment by hand.
    pub(crate) fn packages(&self) -> &'static str {
        self.packages.and_then(Path::to_str).unwrap()
    }

    /// Runs a script of the workspace with the emulator as its cloud.
    pub(crate) async fn run(&self, path: &str, arguments: &[&str]) -> Output {
        let (target, profile) = build();
        let packages = self.packages.map(|packages| ("BERTH_BINARIES", packages));
        script(path)
            .args(arguments)
            .envs(packages)
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("NO_PROXY", "127.0.0.1")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("CARGO_TARGET_DIR", target)
            .env("BERTH_PROFILE", profile)
            .output()
            .await
            .unwrap()
    }

    /// What a script prints, which must succeed.
    pub(crate) async fn succeed(&self, path: &str, arguments: &[&str]) -> String {
        let output = self.run(path, arguments).await;
        let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{path} {arguments:?}: {said}{errors}");
        said.into_owned()
    }

    /// Why a script fails, as it has to.
    pub(crate) async fn refusal(&self, path: &str, arguments: &[&str]) -> String {
        let output = self.run(path, arguments).await;
        assert!(!output.status.success(), "{path} {arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// What `look.py` sees.
    pub(crate) async fn look(&self, arguments: &[&str]) -> Value {
        self.python("look.py", arguments).await
    }

    /// What comes of what `act.py` does.
    pub(crate) async fn act(&self, arguments: &[&str]) -> Value {
        self.python("act.py", arguments).await
    }

    async fn python(&self, script: &str, arguments: &[&str]) -> Value {
        let script = format!("{}/tests/stack/{script}", env!("CARGO_MANIFEST_DIR"));
        let said = self.succeed("infra/python", &[&[script.as_str()], arguments].concat()).await;
        serde_json::from_str(&said).unwrap()
    }
}

fn script(path: &str) -> Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut command = Command::new(root.join(path));
    command.current_dir(root);
    command
}

/// The target directory and the profile of this test, of which the functions are built too.
pub(crate) fn build() -> (PathBuf, String) {
    // <target>/<profile>/deps/<this test>
    let test = std::env::current_exe().unwrap();
    let directory = test.parent().and_then(Path::parent).unwrap();
    let profile = directory.file_name().unwrap().to_str().unwrap();
    let profile = if profile == "debug" { "dev" } else { profile };
    (directory.parent().unwrap().to_owned(), profile.to_owned())
}
