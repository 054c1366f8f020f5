//! `berth mirror` and `berth serve --mirror`, as people run them.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use crate::catalogue;
use crate::harness::Home;

/// Milliseconds after the start.
const MOMENTS: [u64; 8] = [1, 5, 10, 20, 40, 80, 160, 320];

fn list(home: &Home, directory: &str) -> Value {
    serde_json::from_slice(&std::fs::read(home.path(directory).join("v0.1/servers")).unwrap()).unwrap()
}

fn versions(list: &Value) -> usize {
    list["servers"].as_array().unwrap().len()
}

/// Killed wherever it stands, again and again: each run goes on from there, and the last one is right.
#[test]
fn a_killed_mirror_is_completed_by_the_next_one() {
    let home = Home::new();
    home.import(&home.file("large.json", catalogue::large()));
    let serving = home.serve(&["--no-sources"]);
    for moment in MOMENTS {
        let mut command = home.berth(&["mirror", "copy", "--from", &serving.url()]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(moment));
        child.kill().unwrap();
        child.wait().unwrap();
        if moment > 10 {
            let _ = std::fs::remove_dir_all(home.path("copy/exports"));
        }
    }
    let ran = home.run(&["mirror", "copy", "--from", &serving.url(), "--json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["serial"], catalogue::LARGE);
    let whole = list(&home, "copy");
    assert_eq!(versions(&whole), catalogue::LARGE);
    let again = home.run(&["mirror", "copy", "--from", &serving.url(), "--json"]);
    let report: Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!((&report["changes"], list(&home, "copy")), (&0.into(), whole));
    serving.stop();
}

#[test]
fn a_mirror_is_served_without_its_registry() {
    let home = Home::new();
    home.import(&home.file("one.json", catalogue::plain(&["a.a/one", "a.a/two"])));
    let serving = home.serve(&["--no-sources"]);
    let ran = home.run(&["mirror", "copy", "--from", &serving.url()]);
    assert_eq!((ran.code, ran.stdout.starts_with("serial 2 (snapshot 2), 2 changes, ")), (0, true), "{ran:?}");
    let expected = serving.ok("/v0.1/servers");
    serving.stop();
    let mirror = crate::serving::Serving::ready(home.berth(&["serve", "--mirror", "copy", "--listen", "127.0.0.1:0"]));
    assert_eq!(mirror.ok("/v0.1/servers"), expected);
    let (status, body) = mirror.get("/v0.1/auth/none");
    assert_eq!(status, 405, "{body}");
    mirror.stop();
}

#[test]
fn what_cannot_be_mirrored_is_told() {
    let home = Home::new();
    for (arguments, expected) in [
        (&["mirror", "copy", "--from", "ftp://a.example"][..], "is no http or https URL of a registry"),
        (&["serve", "--mirror", "nothing", "--listen", "127.0.0.1:0"], "holds no mirror yet: fill it with"),
        (&["serve", "--mirror", "copy", "--anonymous-login"], "cannot be used with"),
        (&["serve", "--from", "http://a.example"], "--mirror"),
    ] {
        let ran = home.run(arguments);
        assert!(ran.code != 0 && ran.stderr.contains(expected), "{arguments:?}: {ran:?}");
    }
}
