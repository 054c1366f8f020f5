//! Exchanges that were recorded from the official registry, replayed against `berth serve`.

use std::path::Path;
use std::process::Command;

use crate::harness::{Home, hand_out, run};

/// Strictly: statuses, bodies, messages, values, headers and the order of times. What differs is listed with its reason in
/// `tests/recorded/deviations.txt`; an entry that no longer differs fails too.
#[test]
fn berth_answers_as_the_official_registry() {
    let Some(golden) = hand_out("golden") else { return };
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/recorded");
    let home = Home::new();
    let serving = home.serve(&["--no-sources", "--anonymous-login", "--no-package-ownership"]);
    let mut replay = Command::new("python3");
    replay
        .arg(Path::new(&golden).join("../../tools/replay.py"))
        .args(["--strict", "--times", "--base"])
        .arg(serving.url());
    // The two servers whose recorded bodies Berth refuses, published cleanly, so that the lists can be compared.
    replay.arg("--prepare").arg(tests.join("prepare.jsonl"));
    replay.arg("--lenient").arg(tests.join("deviations.txt"));
    replay.args(["publish-validation", "validate", "read-and-list"].map(|file| format!("{golden}/{file}.jsonl")));
    let ran = run(replay);
    println!("{}", ran.stdout);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(!ran.stdout.contains("stale lenient entries"), "{}", ran.stdout);
    assert!(ran.stdout.contains("TOTAL                        231 passed, 0 failed, 9 lenient"), "{}", ran.stdout);
}
