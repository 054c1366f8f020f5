//! `berth sync` of real catalogues, one after another.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::{Home, hand_out};
use crate::{catalogue, http, state};

fn number(report: &Value, field: &str) -> usize {
    report[field].as_u64().unwrap_or_else(|| panic!("{field}: {report}")).try_into().unwrap()
}

/// Name and version of each refused entry. A refusal has a reason.
fn refused(report: &Value) -> Vec<(String, String)> {
    let refused = report["refused"].as_array().unwrap();
    let text = |refused: &Value, field: &str| refused[field].as_str().unwrap().to_owned();
    assert!(refused.iter().all(|refused| !text(refused, "reason").is_empty()), "{report}");
    refused.iter().map(|refused| (text(refused, "name"), text(refused, "version"))).collect()
}

/// Imports a source, checks the sums, and checks that importing it again writes nothing.
fn import_twice(home: &Home, source: &str) -> Value {
    let (first, serial) = home.import(source);
    assert_eq!(first.get("error"), None, "{first}");
    assert_eq!(
        number(&first, "read"),
        number(&first, "imported") + number(&first, "unchanged") + refused(&first).len(),
        "{source}"
    );
    let (pointer, before) = (home.pointer(), state::check(&home.data()));
    assert_eq!(before.serial.0, serial);

    let (second, again) = home.import(source);
    assert_eq!((number(&second, "imported"), again), (0, serial), "{source}");
    assert_eq!(number(&second, "read"), number(&first, "read"));
    assert_eq!(number(&second, "unchanged"), number(&first, "imported") + number(&first, "unchanged"));
    assert_eq!(second["refused"], first["refused"]);
    assert_eq!(home.pointer(), pointer);
    assert_eq!(state::check(&home.data()), before, "{source}: nothing was written");
    first
}

#[test]
fn real_catalogues_are_imported_once() {
    let (Some(official), Some(derived), Some(legacy), Some(upstream)) = (
        hand_out("catalogs/official-2025-12-18.json"),
        hand_out("catalogs/derived-2026-06-12.json"),
        hand_out("toolhive/toolhive-registry.json"),
        hand_out("toolhive/toolhive-upstream.json"),
    ) else {
        return;
    };
    let home = Home::new();
    let report = import_twice(&home, &official);
    assert_eq!(report["source"], "official-2025-12-18");
    assert_eq!((number(&report, "read"), number(&report, "imported")), (2794, 2789));
    let names: BTreeSet<_> = refused(&report).into_iter().collect();
    let expected = [
        ("io.github.bytedance/mcp-server-browser", "1.0.0"),
        ("io.github.bytedance/mcp-server-commands", "1.0.0"),
        ("io.github.bytedance/mcp-server-filesystem", "1.0.0"),
        ("io.github.bytedance/mcp-server-search", "1.0.0"),
        ("io.github.ycjcl868/mcp-server-fear-greed", "1.0.2"),
    ];
    assert_eq!(names, expected.map(|(name, version)| (name.to_owned(), version.to_owned())).into());

    for (source, read) in [(derived, 11_978), (legacy, 102), (upstream, 102)] {
        let report = import_twice(&home, &source);
        assert_eq!(number(&report, "read"), read);
        assert!(refused(&report).iter().all(|(name, version)| !name.is_empty() && !version.is_empty()));
    }
}

#[test]
fn the_report_is_a_table_for_people() {
    let home = Home::new();
    let [first, second] = [("first.json", &["a.b/one", "a.b/two"][..]), ("second.json", &["a.b/two", "a.b/three"])]
        .map(|(file, names)| home.file(file, catalogue::plain(names)));
    let ran = home.run(&["sync", "--data", "data", &first, &second]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let lines: Vec<Vec<&str>> = ran.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        lines,
        [
            vec!["source", "read", "imported", "unchanged", "refused", "shadowed"],
            vec!["first", "2", "2", "0", "0", "0"],
            vec!["second", "2", "1", "0", "0", "1"],
            vec!["serial", "3"],
        ]
    );
    assert!(ran.stderr.starts_with("shadowed 1 of second: "), "{}", ran.stderr);
}

#[test]
fn the_environment_names_the_data_directory() {
    let home = Home::new();
    let source = home.file("one.json", catalogue::plain(&["a.b/one"]));
    let mut command = home.berth(&["sync", &source]);
    command.env("BERTH_DATA", home.path("elsewhere"));
    assert_eq!(crate::harness::run(command).code, 0);
    assert_eq!(state::check(&home.path("elsewhere")).servers.len(), 1);
    assert_eq!(home.run(&["sync", &source]).code, 0);
    let default = home.path("xdg_data_home").join("berth");
    assert_eq!(state::check(&default).servers.len(), 1);
}

#[test]
fn an_object_is_a_source_of_embedded_stores() {
    let home = Home::new();
    let address =
        http::document("200 OK\r\netag: \"1\"", r#"[{"name":"a.b/one","description":"d","version":"1.0.0"}]"#);
    let mut command = home.berth(&["sync", "--json", "--data", "data", "s3://bucket/one.json"]);
    command.env("AWS_ENDPOINT_URL", format!("http://{address}")).env("AWS_REGION", "us-east-1");
    command.env("AWS_ACCESS_KEY_ID", "key").env("AWS_SECRET_ACCESS_KEY", "secret");
    let ran = crate::harness::run(command);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(state::check(&home.data()).servers.len(), 1);
}

#[test]
fn a_snapshot_is_made_anew_with_the_same_bytes() {
    let home = Home::new();
    home.import(&home.file("one.json", catalogue::plain(&["a.b/one", "a.b/two"])));
    home.import(&home.file("more.json", catalogue::plain(&["a.b/three"])));
    let rebuilt = || {
        let ran = home.run(&["sync", "--data", "data", "--rebuild"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert_eq!(ran.stderr, "snapshot of serial 3 made anew: 3 servers, 3 versions\n");
        state::check(&home.data());
        home.pointer()
    };
    // What was imported last stands beside the index until it is made anew.
    let pointer = rebuilt();
    let rebuilt = || assert_eq!(rebuilt(), pointer);
    rebuilt();
    std::fs::remove_dir_all(home.data().join("s3")).unwrap();
    rebuilt();
    let index = home.data().join("s3/berth/index");
    for object in std::fs::read_dir(index).unwrap() {
        std::fs::write(object.unwrap().path(), "not an index").unwrap();
    }
    rebuilt();
}
