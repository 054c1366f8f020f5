//! A stack of an earlier template is brought to the present one, and keeps what it holds.

use std::path::Path;

use berth_tests::ANONYMOUS;
use serde_json::json;

use crate::deployment::NAME;
use crate::emulator::Emulator;
use crate::registry::Registry;

/// What an earlier template had in place of what is in the present one: other settings, resources that are new since, one
/// that is gone since, and a parameter that is. There is no released template yet to start from; once there is, the file of
/// the last release takes the place of these lines.
const EARLIER: &[(&str, &str)] = &[
    ("MemorySize: 512\n      Timeout: 60", "MemorySize: 256\n      Timeout: 20"),
    ("NoncurrentDays: 30", "NoncurrentDays: 7"),
    // Wakes sync at each write, and takes them one by one.
    (
        r#"{"eventName":["INSERT"],"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"CHANGES#"}]}}}}"#,
        r#"{"eventName":["INSERT","MODIFY"]}"#,
    ),
    (
        "BatchSize: 1000\n      MaximumBatchingWindowInSeconds: 10",
        "BatchSize: 10\n      MaximumBatchingWindowInSeconds: 1",
    ),
    ("          BERTH_AUDIT_DAYS: !Ref AuditDays\n", ""),
    ("  AuditDays:\n", "  KeptDays:\n"),
    ("[Sources, SyncSchedule, AuditDays]", "[Sources, SyncSchedule, KeptDays]"),
    ("  TableThrottles:\n", "  TableRefusals:\n"),
    ("  RouteAuthOwn:", "  RouteAuthOld:"),
    ("ANY /v0.1/x/dev.berth/{proxy+}", "ANY /v0.1/x/old/{proxy+}"),
];

#[tokio::test]
async fn an_update_keeps_data_and_tokens() {
    let Some(emulator) = Emulator::with_packages().await else { return };
    let directory = tempfile::tempdir().unwrap();
    let infra = earlier(directory.path());
    let parameters = ["AnonymousLogin=true", "PackageOwnership=false", "RequireTls=false", "KeptDays=30"];
    let machine = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
    let up = [infra.as_str(), "up", "--yes", "--packages", emulator.packages(), "--architecture", machine, NAME];
    let said = emulator.succeed("infra/python", &[&up[..], &parameters].concat()).await;
    let url = said.lines().find_map(|line| line.strip_prefix("url ")).unwrap();
    let registry = Registry::at(url).await;
    registry.publish("kept", "1.0.0").await;
    registry.publish("kept", "1.1.0").await;
    let (status, _) = registry.get("/v0.1/x/dev.berth/invitations").await;
    assert_eq!(status, 404, "the earlier template has no such route");
    let before = emulator.look(&["data", NAME]).await;

    let said = emulator.succeed("infra/deploy-local", &[]).await;
    println!("{said}");
    for changed in ["Add 2: RouteAuthOwn, TableThrottles", "Remove 2: RouteAuthOld, TableRefusals", "Modify "] {
        assert!(said.contains(changed), "{changed}: {said}");
    }
    assert!(said.contains(&format!("url {url}\n")), "clients find it where it was: {said}");
    let after = emulator.look(&["data", NAME]).await;
    assert_eq!(after["names"], before["names"], "table, buckets and keys are the same");
    for what in ["keys", "objects"] {
        let kept = after[what].as_array().unwrap();
        let gone = before[what].as_array().unwrap().iter().filter(|one| !kept.contains(one));
        assert_eq!(gone.collect::<Vec<_>>(), [] as [&serde_json::Value; 0], "{what}");
    }
    let (status, answer) = registry.get("/v0.1/x/dev.berth/invitations").await;
    assert_eq!(status, 403, "now it is known who asks, and that nobody can have invited them: {answer}");
    let (status, versions) = registry.get(&format!("/v0.1/servers/{ANONYMOUS}%2Fkept/versions")).await;
    assert_eq!((status, &versions["metadata"]["count"]), (200, &json!(2)), "{versions}");
    // With the token that the earlier stack gave.
    registry.publish("kept", "2.0.0").await;
    assert_eq!(registry.search("kept").await.len(), 3);
}

/// The scripts of `infra` beside the earlier template.
fn earlier(directory: &Path) -> String {
    let infra = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra");
    let mut template = std::fs::read_to_string(infra.join("template.yaml")).unwrap();
    for (present, earlier) in EARLIER {
        assert!(template.contains(present), "infra/template.yaml has no {present:?} any more");
        template = template.replace(present, earlier);
    }
    std::fs::write(directory.join("template.yaml"), template).unwrap();
    let stack = directory.join("stack");
    std::fs::create_dir(&stack).unwrap();
    for script in std::fs::read_dir(infra.join("stack")).unwrap() {
        let script = script.unwrap().path();
        if script.extension().is_some_and(|extension| extension == "py") {
            std::fs::copy(&script, stack.join(script.file_name().unwrap())).unwrap();
        }
    }
    stack.to_str().unwrap().to_owned()
}
