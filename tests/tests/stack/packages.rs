//! The packages of the functions, made once for all tests.

use std::path::{Path, PathBuf};

use tokio::process::Command;
use tokio::sync::OnceCell;

use crate::emulator::{Emulator, build};

/// The directory with the packages: `BERTH_BINARIES`, as for `infra/deploy-local`, or the first who asks builds what that
/// script builds. Packing takes longer than all else of a deployment.
pub(crate) async fn packages(emulator: &Emulator) -> &'static Path {
    static PACKAGES: OnceCell<PathBuf> = OnceCell::const_new();
    let packages = PACKAGES.get_or_init(|| async {
        if let Some(built) = std::env::var_os("BERTH_BINARIES") {
            return built.into();
        }
        let (target, profile) = build();
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
        let built = Command::new(cargo)
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .args(["build", "--locked", "--bins", "--profile", &profile, "--target-dir"])
            .arg(&target)
            .args(
                ["list_servers", "get_server", "search", "publish", "auth", "verify_domain", "sync"]
                    .map(|name| format!("-p{name}")),
            )
            .output()
            .await
            .unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let binaries = target.join(if profile == "dev" { "debug" } else { &profile });
        let packages = binaries.join("stack-packages");
        emulator.act(&["package", binaries.to_str().unwrap(), packages.to_str().unwrap()]).await;
        packages
    });
    packages.await
}
