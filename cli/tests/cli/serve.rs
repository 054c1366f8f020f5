//! How `berth serve` begins.

use serde_json::json;

use crate::catalogue;
use crate::harness::{Home, run};
use crate::serving::Serving;

/// No packet leaves for a public address: the proxy of all of them is a closed port.
const PROXY: &str = "http://127.0.0.1:1";

#[test]
fn the_first_start_answers_without_a_network() {
    let home = Home::new();
    let mut command = home.berth(&["serve", "--data", "data", "--listen", "127.0.0.1:0"]);
    command.env("HTTPS_PROXY", PROXY).env("HTTP_PROXY", PROXY);
    let mut serving = Serving::ready(command);
    let sample = ["clock", "notes", "postgres", "weather"].map(|name| format!("dev.berth.sample/{name}"));
    assert_eq!(serving.names(), sample);
    assert_eq!(serving.hears("sample: "), "sample: 5 read, 5 imported, 0 unchanged, 0 refused");
    for source in ["official", "toolhive"] {
        let line = serving.hears("error: source ");
        assert!(line.starts_with(&format!("error: source {source}: GET https://")), "{line}");
        assert!(line.ends_with("; what was imported before is kept"), "{line}");
    }
    assert_eq!(serving.names(), sample);
    serving.stop();
}

#[test]
fn without_sources_it_is_empty() {
    let home = Home::new();
    let serving = home.serve(&["--no-sources"]);
    assert_eq!(serving.ok("/v0.1/servers"), json!({"servers": [], "metadata": {"count": 0}}));
    assert_eq!(serving.get("/v0.1/servers/a.b%2Fcc/versions/latest").0, 404);
    serving.stop();
}

#[test]
fn a_file_is_there_when_it_is_ready_and_stays() {
    let home = Home::new();
    let source = home.file("mine.json", catalogue::plain(&["a.b/one", "a.b/two"]));
    let serving = home.serve(&["--source", &source]);
    assert_eq!(serving.names(), ["a.b/one", "a.b/two"]);
    serving.signal("TERM");
    let (status, printed) = serving.end();
    assert_eq!((status.code(), printed), (Some(0), vec![]), "the ready line is all that is printed");

    let serving = home.serve(&["--no-sources"]);
    assert_eq!(serving.names(), ["a.b/one", "a.b/two"], "state survives a restart");
    serving.stop();
    let source = home.file("mine.json", catalogue::plain(&["a.b/one", "a.b/two", "a.b/three"]));
    let mut serving = home.serve(&["--source", &source]);
    assert_eq!(serving.hears("mine: "), "mine: 3 read, 1 imported, 2 unchanged, 0 refused");
    assert_eq!(serving.names(), ["a.b/one", "a.b/three", "a.b/two"]);
    serving.stop();
}

#[test]
fn a_bad_source_does_not_stop_it() {
    let home = Home::new();
    let source = home.file("mine.json", catalogue::plain(&["a.b/one"]));
    let mut serving = home.serve(&["--source", "nowhere.json", "--source", &source]);
    let line = serving.hears("error: ");
    assert!(line.starts_with("error: source nowhere: reading nowhere.json: there is no such file"), "{line}");
    assert_eq!(serving.names(), ["a.b/one"]);
    serving.stop();
}

#[test]
fn the_environment_stands_for_the_flags() {
    let home = Home::new();
    let one = home.file("one.json", catalogue::plain(&["a.b/one"]));
    let two = home.file("two.json", catalogue::plain(&["a.b/two"]));
    let environment = |command: &mut std::process::Command| {
        command.env("BERTH_DATA", home.path("elsewhere")).env("BERTH_LISTEN", "127.0.0.1:0");
    };
    let mut command = home.berth(&["serve"]);
    environment(&mut command);
    let serving = Serving::ready({
        command.env("BERTH_SOURCES", format!("{one} second={two}"));
        command
    });
    assert_eq!(serving.names(), ["a.b/one", "a.b/two"]);
    serving.stop();
    assert!(home.path("elsewhere/dynamodb.sqlite").exists());
    assert!(!home.data().exists());
    let mut command = home.berth(&["serve"]);
    environment(&mut command);
    command.env("BERTH_NO_SOURCES", "true");
    let serving = Serving::ready(command);
    assert_eq!(serving.names(), ["a.b/one", "a.b/two"]);
    serving.stop();
}

#[test]
fn a_data_directory_is_used_once() {
    let home = Home::new();
    let serving = home.serve(&["--no-sources"]);
    let ran = home.run(&["serve", "--data", "data", "--listen", "127.0.0.1:0", "--no-sources"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert_eq!(
        ran.stderr,
        "error: another berth uses the data directory data: stop it, or choose another directory with --data or \
         BERTH_DATA\n"
    );
    assert_eq!(serving.names(), [""; 0]);
    let ran = home.run(&["serve", "--data", "other", "--listen", &serving.address, "--no-sources"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert_eq!(
        ran.stderr,
        format!(
            "error: cannot listen on {}: Address already in use (os error 98); choose another address with --listen \
             or BERTH_LISTEN\n",
            serving.address
        )
    );
    let ran = home.run(&["serve", "--data", "/dev/null/data", "--no-sources"]);
    assert_eq!(ran.code, 1);
    assert_eq!(
        ran.stderr,
        "error: create the directory /dev/null/data/s3: Not a directory (os error 20); choose a writable one with \
         --data or BERTH_DATA\n"
    );
}

#[test]
fn flags_with_invalid_values_are_usage_errors() {
    let home = Home::new();
    for (arguments, expected) in [
        (&["serve", "--listen", "nowhere"][..], "invalid value 'nowhere' for '--listen <ADDRESS>'"),
        (&["serve", "--source", "ftp://x/y"], "unknown scheme"),
        (&["serve", "--sync-minutes", "0"], "invalid value '0' for '--sync-minutes <MINUTES>'"),
        (&["serve", "--no-sources", "--source", "x.json"], "cannot be used with"),
        (&["serve", "--nothing"], "unexpected argument '--nothing'"),
        (&["list", "--limit", "-1"], "'-1'"),
        (&["get"], "<NAME>"),
        (&["nothing"], "unrecognized subcommand 'nothing'"),
        (&[], "Usage: berth <COMMAND>"),
    ] {
        let ran = home.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    }
    let mut command = home.berth(&["serve"]);
    command.env("BERTH_LISTEN", "nowhere");
    assert_eq!(run(command).code, 2);
    assert!(!home.path("xdg_data_home").exists(), "nothing was opened");
}
