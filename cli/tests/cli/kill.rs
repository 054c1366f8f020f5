//! `kill -9` during an import, at several moments: what was acknowledged is there, every invariant holds, and the next
//! import completes.

use std::collections::BTreeSet;
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::catalogue::{self, LARGE};
use crate::harness::Home;
use crate::serving::Serving;
use crate::state;

/// Milliseconds after the start.
const MOMENTS: [u64; 5] = [50, 150, 300, 600, 1200];

/// Checks what the killed process left, completes the import, and returns how many versions were there before.
fn completes(home: &Home, source: &str) -> usize {
    let left = state::check(&home.data());
    let versions = left.servers.values().map(|server| server.versions.len()).sum();
    let (report, serial) = home.import(source);
    let [imported, unchanged] = ["imported", "unchanged"].map(|field| report[field].as_u64().unwrap() as usize);
    assert_eq!((imported + unchanged, report["refused"].as_array().unwrap().len()), (LARGE, 0), "{report}");
    let whole = state::check(&home.data());
    for (name, server) in &left.servers {
        let now = &whole.servers[name];
        assert!(server.versions.iter().all(|(version, state)| now.versions.get(version) == Some(state)), "{name}");
    }
    let (report, again) = home.import(source);
    assert_eq!((report["imported"].as_u64(), again), (Some(0), serial), "the second import writes nothing");
    versions
}

fn start_sync(home: &Home, source: &str) -> Child {
    let mut command = home.berth(&["sync", "--data", "data", source]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_killed_sync_is_completed_by_the_next_one() {
    for moment in MOMENTS {
        let home = Home::new();
        let source = home.file("large.json", catalogue::large());
        let child = start_sync(&home, &source);
        std::thread::sleep(Duration::from_millis(moment));
        kill(child);
        println!("killed after {moment} ms: {} of {LARGE} versions were there", completes(&home, &source));
    }
}

#[test]
fn a_killed_publish_leaves_the_previous_snapshot() {
    let home = Home::new();
    let source = home.file("large.json", catalogue::large());
    home.import(&home.file("before.json", catalogue::plain(&["a.a/before"])));
    let (pointer, blocks) = (home.pointer(), home.data().join("s3/berth/blocks"));
    let count = || std::fs::read_dir(&blocks).unwrap().count();
    let before = count();
    let mut child = start_sync(&home, &source);
    while count() == before && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    kill(child);
    println!("killed with {} of the new blocks written", count() - before);
    assert_eq!(home.pointer(), pointer);
    assert_eq!(completes(&home, &source), LARGE + 1);
}

/// What a reader has seen is acknowledged.
#[test]
fn a_killed_serve_keeps_what_readers_saw() {
    for moment in &MOMENTS[1..4] {
        let home = Home::new();
        let source = home.file("large.json", catalogue::large());
        // Not the first start, so that it is ready before the import.
        let before = catalogue::plain(&["a.a/before"]);
        home.import(&home.file("before.json", before));
        let serving = home.serve(&["--source", &source]);
        std::thread::sleep(Duration::from_millis(*moment));
        let seen = seen(&serving);
        serving.kill();
        let left = state::check(&home.data());
        for (name, version) in &seen {
            let server = left.servers.get(name.as_str()).unwrap_or_else(|| panic!("{name} was seen"));
            assert!(server.versions.contains_key(version.as_str()), "{name} {version} was seen");
        }
        let there = completes(&home, &source);
        println!("killed after {moment} ms: {there} versions were there, {} were seen", seen.len());
    }
}

/// Killed before it was ready: the first start imports files before it says so.
#[test]
fn a_first_start_that_is_killed_starts_again() {
    for moment in &MOMENTS[1..4] {
        let home = Home::new();
        let source = home.file("large.json", catalogue::large());
        let listen = ["serve", "--data", "data", "--listen", "127.0.0.1:0", "--source", &source];
        let serving = Serving::started(home.berth(&listen));
        std::thread::sleep(Duration::from_millis(*moment));
        serving.kill();
        let left = state::check(&home.data());
        let mut serving = home.serve(&["--source", &source]);
        let line = serving.hears("large: ");
        assert!(line.starts_with("large: 6000 read, ") && line.ends_with(" 0 refused"), "{line}");
        serving.stop();
        let versions: usize = left.servers.values().map(|server| server.versions.len()).sum();
        println!("killed after {moment} ms: {versions} versions were there; then {line}");
        assert_eq!(completes(&home, &source), LARGE);
    }
}

/// Versions that a reader is told of.
fn seen(serving: &Serving) -> BTreeSet<(String, String)> {
    let mut seen = BTreeSet::new();
    // The newest last: what came after the first of these answers may be in the second.
    for path in ["/v0.1/servers?limit=100", "/v0.1/servers?limit=100&version=latest&search=kind-3"] {
        for entry in serving.ok(path)["servers"].as_array().unwrap() {
            let text = |field: &str| entry["server"][field].as_str().unwrap().to_owned();
            seen.insert((text("name"), text("version")));
        }
    }
    seen
}
