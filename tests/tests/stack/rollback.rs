//! `infra/rollback`: what was deployed before comes back, with data and tokens as they are.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use berth_tests::ANONYMOUS;
use tempfile::TempDir;

use crate::emulator::Emulator;
use crate::registry::Registry;

const NAME: &str = "berth";
const NONE_BEFORE: &str = "infra/stack: no deployment before the present one is on record";
/// A template in which the bucket of the site is another one.
const ANOTHER_BUCKET: &str = "
import sys
sys.path.insert(0, 'infra/stack')
import boto3, changes, template
s3, cloudformation = boto3.client('s3'), boto3.client('cloudformation')
bucket = changes.parameters(changes.describe(cloudformation, sys.argv[1]))['CodeBucket']
template = template.PATH.read_text().replace('SiteBucket', 'PagesBucket')
s3.put_object(Bucket=bucket, Key=changes.template_key('another'), Body=template.encode())
changes.apply(cloudformation, sys.argv[1], changes.template_at(s3, bucket, 'another'), {}, lambda: True)
";

#[tokio::test]
async fn a_deployment_that_does_not_answer_is_gone_back_from() {
    let Some(emulator) = Emulator::with_packages().await else { return };
    let said = emulator.refusal("infra/rollback", &["--yes", NAME]).await;
    assert!(said.contains("there is no stack berth"), "{said}");
    let url = url(&emulator.succeed("infra/deploy-local", &[]).await);
    let registry = Registry::at(&url).await;
    registry.publish("widget", "1.0.0").await;
    let said = emulator.refusal("infra/rollback", &["--yes", NAME]).await;
    assert!(said.starts_with(NONE_BEFORE), "{said}");

    // The smoke test finds the broken package, and names the way back.
    let packages = Packages::of(&emulator);
    let broken = packages.with("get_server", "#!/bin/sh\nexit 1\n");
    let said = emulator.refusal("infra/python", &up(&broken, &["LogRetention=7"])).await;
    assert!(said.contains("the smoke test failed") && said.contains("`just rollback berth`"), "{said}");
    let widget = format!("/v0.1/servers/{ANONYMOUS}%2Fwidget/versions/latest");
    assert_eq!(registry.get(&widget).await.0, 502);
    let said = emulator.refusal("infra/rollback", &[NAME]).await;
    assert!(said.contains("nothing was changed"), "nobody said yes: {said}");
    back(&emulator, &registry, &["LogRetention: '7' becomes '30'", "other packages: GetServer"]).await;
    let said = emulator.refusal("infra/rollback", &["--yes", NAME]).await;
    assert!(said.starts_with(NONE_BEFORE), "{said}");

    // What answered is gone back to step by step; neither what CloudFormation undid nor what did not answer is among it.
    emulator.succeed("infra/python", &up(packages.good, &["LogRetention=14"])).await;
    undone(&emulator, &packages).await;
    let said = emulator.refusal("infra/python", &up(&broken, &["LogRetention=60"])).await;
    assert!(said.contains("the smoke test failed"), "{said}");
    emulator.succeed("infra/python", &up(packages.good, &["LogRetention=90"])).await;
    undone(&emulator, &packages).await;
    back(&emulator, &registry, &["LogRetention: '90' becomes '14'"]).await;
    back(&emulator, &registry, &["LogRetention: '14' becomes '30'"]).await;
    let said = emulator.refusal("infra/rollback", &["--yes", NAME]).await;
    assert!(said.starts_with(NONE_BEFORE), "{said}");
    let said = emulator.refusal("infra/python", &["-c", ANOTHER_BUCKET, NAME]).await;
    assert!(said.contains("nothing was changed: data is in SiteBucket, which would be replaced or removed"), "{said}");
    registry.publish("gadget", "1.0.0").await;
    assert_eq!(registry.search("gadget").await, [format!("{ANONYMOUS}/gadget")]);
}

/// Goes back, after which the registry answers, knows what it knew, and takes the token that it gave.
async fn back(emulator: &Emulator, registry: &Registry, expected: &[&str]) {
    let said = emulator.succeed("infra/rollback", &["--yes", NAME]).await;
    println!("{said}");
    for line in expected {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert_eq!(said.matches("| ok |").count(), 8, "{said}");
    assert_eq!(registry.search("widget").await, [format!("{ANONYMOUS}/widget")]);
    let (status, widget) = registry.get(&format!("/v0.1/servers/{ANONYMOUS}%2Fwidget/versions/latest")).await;
    assert_eq!((status, &widget["server"]["version"]), (200, &"1.0.0".into()));
    // The same publish again is no second one.
    registry.publish("widget", "1.0.0").await;
}

/// A change that `CloudFormation` takes back by itself.
async fn undone(emulator: &Emulator, packages: &Packages) {
    let directory = packages.with("sync.zip", "no package");
    let said = emulator.refusal("infra/python", &up(&directory, &["LogRetention=3"])).await;
    assert!(said.contains("the stack is UPDATE_ROLLBACK_COMPLETE, as it was before"), "{said}");
}

fn url(said: &str) -> String {
    said.lines().find_map(|line| line.strip_prefix("url ")).unwrap().to_owned()
}

fn up<'a>(directory: &'a str, parameters: &[&'a str]) -> Vec<&'a str> {
    let machine = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
    let up = ["infra/stack", "up", "--yes", "--packages", directory, "--architecture", machine, NAME];
    [&up, parameters].concat()
}

/// The packages that were deployed, and others in their place.
struct Packages {
    good: &'static str,
    others: TempDir,
}

impl Packages {
    fn of(emulator: &Emulator) -> Self {
        Self { good: emulator.packages(), others: tempfile::tempdir().unwrap() }
    }

    /// The directory with this file instead of a package, or of a binary.
    fn with(&self, name: &str, content: &str) -> String {
        let directory = tempfile::tempdir_in(self.others.path()).unwrap().keep();
        for package in std::fs::read_dir(self.good).unwrap() {
            let package = package.unwrap();
            if Path::new(name).file_stem() != package.path().file_stem() {
                symlink(package.path(), directory.join(package.file_name())).unwrap();
            }
        }
        std::fs::write(directory.join(name), content).unwrap();
        std::fs::set_permissions(directory.join(name), PermissionsExt::from_mode(0o755)).unwrap();
        directory.to_str().unwrap().to_owned()
    }
}
