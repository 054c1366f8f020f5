//! Exchanges that were recorded from the official registry, replayed against the deployed registry as against `berth serve`.

use std::collections::BTreeMap;
use std::path::Path;

use berth_tests::{Serving, hand_out};
use serde_json::Value;
use tokio::process::Command;

use crate::deployment::Deployment;

const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/recorded");

/// Exchanges whose outcome is another one than at `berth serve`, and why.
const DIFFERENCES: &str = include_str!("../../recorded/deployed.txt");

/// What came of each exchange: the verdict, the status, and how it differs from the recording.
type Outcomes = BTreeMap<String, (String, u64, Vec<String>)>;

#[tokio::test]
async fn the_deployed_registry_answers_recorded_requests_as_berth_serve() {
    let Some(golden) = hand_out("golden") else { return };
    let Some(deployment) = Deployment::empty().await else { return };
    let serving = Serving::start().await;
    let (served, deployed) = tokio::join!(replay(&golden, &serving.url), replay(&golden, &deployment.url));
    assert_eq!(served.len(), 240);
    assert_eq!(served.keys().collect::<Vec<_>>(), deployed.keys().collect::<Vec<_>>());
    let failed = served.iter().filter(|(_, (verdict, ..))| verdict == "fail");
    assert_eq!(failed.collect::<Vec<_>>(), [], "berth serve fails");
    let differing = served.iter().filter(|(exchange, outcome)| deployed[*exchange] != **outcome);
    let found: BTreeMap<&str, _> =
        differing.map(|(exchange, outcome)| (exchange.as_str(), (outcome, &deployed[exchange]))).collect();
    let named: BTreeMap<&str, &str> = differences().collect();
    for exchange in found.keys() {
        println!("{exchange}: {}", named.get(exchange).unwrap_or(&"no reason"));
    }
    assert!(
        found.keys().eq(named.keys()),
        "tests/recorded/deployed.txt names {:?}; these differ: {found:#?}",
        named.keys()
    );
}

/// Exchanges and reasons.
fn differences() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = DIFFERENCES.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| line.split_once("  # ").unwrap_or_else(|| panic!("no reason: {line}")))
}

/// As `cli/tests/cli/recorded.rs` does it, with the same deviations.
async fn replay(golden: &Path, url: &str) -> Outcomes {
    let directory = tempfile::tempdir().unwrap();
    let outcome = directory.path().join("outcome.json");
    let replay = Command::new("python3")
        .arg(golden.join("../../tools/replay.py"))
        .args(["--strict", "--times", "--base", url, "--timeout", "60", "--json"])
        .arg(&outcome)
        .args(["--prepare", &format!("{RECORDED}/prepare.jsonl")])
        .args(["--lenient", &format!("{RECORDED}/deviations.txt")])
        .args(["publish-validation", "validate", "read-and-list"].map(|file| golden.join(format!("{file}.jsonl"))))
        .env("NO_PROXY", "127.0.0.1")
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&replay.stdout);
    println!("{url}:\n{said}");
    assert!(matches!(replay.status.code(), Some(0 | 1)), "{said}{}", String::from_utf8_lossy(&replay.stderr));
    let outcome: Value = serde_json::from_slice(&std::fs::read(outcome).unwrap()).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let of = |result: &Value| {
        let differences = result["differences"].as_array().unwrap().iter().map(text).collect();
        let exchange = format!("{}:{}", text(&result["file"]), text(&result["name"]));
        (exchange, (text(&result["verdict"]), result["status"].as_u64().unwrap_or(0), differences))
    };
    outcome["results"].as_array().unwrap().iter().map(of).collect()
}
