//! `berth list` and `berth get`.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::catalogue;
use crate::harness::{Home, Ran};
use crate::serving::Serving;

/// Runs a command against the registry that is served.
fn ask(home: &Home, serving: &Serving, arguments: &[&str]) -> Ran {
    home.run(&[arguments, &["--registry", &serving.url()]].concat())
}

/// What a command prints that goes well and says nothing else.
fn printed(home: &Home, serving: &Serving, arguments: &[&str]) -> String {
    let ran = ask(home, serving, arguments);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{arguments:?}");
    assert!(ran.stdout.ends_with('\n') && !ran.stdout.ends_with("\n\n"), "{arguments:?}: {:?}", ran.stdout);
    ran.stdout
}

/// A registry with the sample, which is the source of the first start.
fn sample() -> (Home, Serving) {
    let home = Home::new();
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/sample.json");
    let serving = home.serve(&["--source", sample]);
    (home, serving)
}

#[test]
fn a_list_is_one_line_a_server() {
    let (home, serving) = sample();
    let table = printed(&home, &serving, &["list"]);
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().take(4).collect()).collect();
    assert_eq!(
        rows,
        [
            ["name", "version", "status", "updated"],
            ["dev.berth.sample/clock", "1.0.0", "active", "2026-01-05"],
            ["dev.berth.sample/notes", "2.0.0", "active", "2026-03-02"],
            ["dev.berth.sample/postgres", "0.9.1", "active", "2026-04-11"],
            ["dev.berth.sample/weather", "3.1.0", "active", "2026-05-20"],
        ]
    );
    assert!(table.lines().nth(1).unwrap().ends_with("Shows a remote without a package."), "{table}");
    let all = printed(&home, &serving, &["list", "--all-versions", "--limit", "0"]);
    assert_eq!(all.lines().count(), 6);
    assert!(all.lines().any(|line| line.contains("1.4.0") && line.contains("deprecated")), "{all}");
    let found = printed(&home, &serving, &["list", "postgres"]);
    assert_eq!(found.lines().count(), 2, "{found}");

    let ran = ask(&home, &serving, &["list", "no such thing"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    assert_eq!(ran.stderr, "no server matches; `berth list` without a search lists all\n");
    let ran = ask(&home, &serving, &["list", "--limit", "2"]);
    assert_eq!((ran.code, ran.stdout.lines().count()), (0, 3));
    assert_eq!(ran.stderr, "2 shown, there may be more: --limit 0 lists all\n");
}

#[test]
fn a_list_is_json_for_scripts() {
    let (home, serving) = sample();
    let json = |arguments: &[&str]| serde_json::from_str::<Value>(&printed(&home, &serving, arguments)).unwrap();
    let body = serving.ok("/v0.1/servers");
    assert_eq!(json(&["list", "--json", "--all-versions", "--limit", "0"]), body["servers"]);
    assert_eq!(json(&["list", "--json", "weather"])[0], body["servers"][4]);
    assert_eq!(json(&["list", "--json", "no such thing"]), json!([]));
    let since = json(&["list", "--json", "--updated-since", "2026-04-01T00:00:00Z"]);
    assert_eq!(since.as_array().unwrap().len(), 2);
    let ran = ask(&home, &serving, &["list", "--updated-since", "yesterday"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(ran.stderr.starts_with("error: the registry answered 400 Bad Request: "), "{}", ran.stderr);
}

#[test]
fn a_long_list_is_read_page_by_page() {
    let home = Home::new();
    let names: Vec<String> = (0..250).map(|number| format!("a.b/server-{number:03}")).collect();
    let source = catalogue::plain(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let serving = home.serve(&["--source", &home.file("mine.json", source)]);
    for (limit, expected) in [("0", 250), ("250", 250), ("1000", 250), ("101", 101), ("1", 1)] {
        let ran = ask(&home, &serving, &["list", "--limit", limit]);
        let listed: Vec<&str> =
            ran.stdout.lines().skip(1).map(|line| line.split_whitespace().next().unwrap()).collect();
        assert_eq!(listed, names[..expected], "--limit {limit}");
        assert_eq!(
            ran.stderr.contains("there may be more"),
            expected < 250 || limit == "250",
            "--limit {limit}: {}",
            ran.stderr
        );
    }
}

#[test]
fn one_server_is_shown() {
    let (home, serving) = sample();
    let rows = |text: &str| -> Vec<(String, String)> {
        let row =
            |line: &str| line.trim().split_once(' ').map(|(label, value)| (label.to_owned(), value.trim().to_owned()));
        text.lines().map(|line| row(line).unwrap()).collect()
    };
    let table = rows(&printed(&home, &serving, &["get", "dev.berth.sample/notes"]));
    assert!(table.contains(&("name".to_owned(), "dev.berth.sample/notes".to_owned())), "{table:?}");
    assert!(table.contains(&("version".to_owned(), "2.0.0 (latest)".to_owned())), "{table:?}");
    let table = rows(&printed(&home, &serving, &["get", "dev.berth.sample/notes", "1.4.0"]));
    assert!(table.contains(&("version".to_owned(), "1.4.0".to_owned())), "{table:?}");
    assert!(table.contains(&("status".to_owned(), "deprecated".to_owned())), "{table:?}");
    assert!(table.contains(&("message".to_owned(), "2.0.0 reads the same folder".to_owned())), "{table:?}");
    let json: Value =
        serde_json::from_str(&printed(&home, &serving, &["get", "dev.berth.sample/notes", "--json"])).unwrap();
    assert_eq!(json, serving.ok("/v0.1/servers/dev.berth.sample%2Fnotes/versions/latest"));

    for arguments in [&["get", "dev.berth.sample/nothing"][..], &["get", "dev.berth.sample/notes", "9.9.9"]] {
        let ran = ask(&home, &serving, arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
        assert_eq!(
            ran.stderr,
            "error: the registry answered 404 Not Found: Server not found; `berth list` shows what there is\n"
        );
    }
}

#[test]
fn a_registry_that_is_none_is_told() {
    let home = Home::new();
    for (registry, expected) in [
        (
            "http://127.0.0.1:1",
            "error: cannot reach the registry at http://127.0.0.1:1/; start one with `berth serve`, or name one with --registry: ",
        ),
        ("nowhere", "error: \"nowhere\" is no URL of a registry; give one with --registry: "),
        ("ftp://example.com", "error: \"ftp://example.com\" is no URL of a registry: expected http:// or https://"),
    ] {
        for arguments in [&["list"][..], &["get", "a.b/one"]] {
            let ran = home.run(&[arguments, &["--registry", registry]].concat());
            assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
            assert!(ran.stderr.starts_with(expected), "{}", ran.stderr);
            println!("{}", ran.stderr);
        }
    }
    let address = crate::http::document("200 OK", "<html>");
    let ran = home.run(&["list", "--registry", &format!("http://{address}")]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("did not answer with JSON; is it a registry?"), "{}", ran.stderr);
}

#[test]
fn hostile_text_does_not_reach_the_terminal() {
    let home = Home::new();
    let hostile = "line one\nline two\r\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31m\u{202e}txet\u{2066}\u{2028}end";
    let mut server = catalogue::server("a.b/one", "1.0.0");
    server["description"] = hostile.into();
    server["title"] = hostile.into();
    let serving = home.serve(&["--source", &home.file("mine.json", json!([server]).to_string())]);
    for arguments in [&["list"][..], &["get", "a.b/one"]] {
        let text = printed(&home, &serving, arguments);
        let bad = |char: char| {
            char != '\n'
                && (char.is_control() || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}'))
        };
        assert!(!text.contains(bad), "{text:?}");
        let line = text.lines().find(|line| line.contains("line one")).unwrap();
        assert!(line.contains("line two") && line.ends_with("end"), "{text:?}");
    }
    let json: Value = serde_json::from_str(&printed(&home, &serving, &["list", "--json"])).unwrap();
    assert_eq!(json[0]["server"]["description"], hostile, "scripts get the text as it is");
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    let (home, serving) = sample();
    for arguments in [&["list"][..], &["list", "--json"], &["get", "dev.berth.sample/notes"]] {
        let mut command = home.berth(&[arguments, &["--registry", &serving.url()]].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "{output:?}");
    }
}
