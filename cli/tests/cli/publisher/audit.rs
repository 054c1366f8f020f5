//! `berth audit`.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, ResponseTemplate};

use super::registry::{Registry, problem, token_number};
use crate::harness::Home;

const PATH: &str = "/v0.1/x/dev.berth/audit";

fn logged_in() -> (Home, Registry) {
    let (home, registry) = (Home::new(), Registry::start());
    registry.logged_in(&home);
    (home, registry)
}

fn record(id: usize) -> Value {
    json!({
        "id": format!("{id}"), "at": "2026-01-01T00:00:00Z", "event": "publish", "outcome": "refused",
        "identity": "github:583231", "namespace": "io.github.acme", "target": format!("io.github.acme/w{id}"),
        "address": "192.0.2.1", "detail": "no\u{1b}[31m permission\u{202e}",
    })
}

fn page(records: &[Value], next: Option<&str>) -> Value {
    let mut metadata = json!({"count": records.len()});
    if let Some(next) = next {
        metadata["nextCursor"] = json!(next);
    }
    json!({"records": records, "metadata": metadata})
}

fn queries(registry: &Registry) -> Vec<BTreeMap<String, String>> {
    registry.asked(PATH).iter().map(|request| request.url.query_pairs().into_owned().collect()).collect()
}

#[test]
fn records_are_read_page_by_page() {
    let (home, registry) = logged_in();
    let first: Vec<Value> = (0..100).map(record).collect();
    let given = Mock::given(method("GET")).and(path(PATH)).and(query_param_is_missing("cursor"));
    registry.mount(given.respond_with(ResponseTemplate::new(200).set_body_json(page(&first, Some("c+1/")))));
    let given = Mock::given(method("GET")).and(path(PATH)).and(query_param("cursor", "c+1/"));
    registry
        .mount(given.respond_with(ResponseTemplate::new(200).set_body_json(page(&[record(100), record(101)], None))));
    let ran = home.run(&["audit", "--limit", "0"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert_eq!(ran.stdout.lines().count(), 103);
    let line = ran.stdout.lines().last().unwrap();
    for part in ["2026-01-01T00:00:00Z", "publish", "refused", "github:583231", "io.github.acme/w101", "192.0.2.1"] {
        assert!(line.contains(part), "{part}: {line}");
    }
    assert!(line.contains("no\u{fffd}[31m permission\u{fffd}"), "{line}");
    let ran = home.run(&["audit", "--limit", "0", "--json"]);
    let records: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((records.len(), &records[101]), (102, &record(101)));
    let ran = home.run(&["audit", "--limit", "100"]);
    assert_eq!(ran.stderr, "100 shown, there may be more: --limit 0 lists all\n");
    assert!(registry.asked(PATH).iter().all(|request| token_number(request) == 1));
}

#[test]
fn what_is_asked_for_reaches_the_registry_whole() {
    let (home, registry) = logged_in();
    registry.answers("GET", PATH, 200, &page(&[], None));
    let ran = home.run(&[
        "audit",
        "--namespace",
        "io.github.acme",
        "--identity",
        "oidc:corp:a&b=c",
        "--event",
        "a&limit=1",
        "--refused",
        "--since",
        "2026-01-01T00:00:00+01:00",
        "--until",
        "1h",
    ]);
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", "no record matches\n"));
    assert_eq!(home.run(&["audit", "--json"]).stdout, "[]\n");
    let queries = queries(&registry);
    let until: registry::time::Timestamp = queries[0]["until"].parse().unwrap();
    assert!(registry::time::Timestamp::now() > until);
    let mut first = queries[0].clone();
    first.remove("until");
    let expected = [
        ("namespace", "io.github.acme"),
        ("identity", "oidc:corp:a&b=c"),
        ("event", "a&limit=1"),
        ("outcome", "refused"),
        ("since", "2025-12-31T23:00:00Z"),
        ("limit", "50"),
    ];
    assert_eq!(first, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    assert_eq!(queries[1], [("limit".to_owned(), "50".to_owned())].into());
    for arguments in [["--since", "yesterday"], ["--namespace", "a/b"], ["--identity", "octocat"], ["--limit", "-1"]] {
        assert_eq!(home.run(&["audit", arguments[0], arguments[1]]).code, 2, "{arguments:?}");
    }
}

#[test]
fn a_cursor_that_stands_still_ends_it() {
    let (home, registry) = logged_in();
    registry.answers("GET", PATH, 200, &page(&[record(1)], Some("same")));
    let ran = home.run(&["audit", "--limit", "0"]);
    assert_eq!((ran.code, registry.asked(PATH).len()), (0, 2), "{ran:?}");
}

#[test]
fn a_refusal_is_told() {
    let (home, registry) = logged_in();
    let errors = json!([{"message": "name a namespace of yours with namespace="}]);
    registry.answers("GET", PATH, 403, &problem("Forbidden", 403, "Not an administrator", &errors));
    let ran = home.run(&["audit"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    let expected = "error: the registry answered 403 Forbidden: Not an administrator\n  name a namespace of yours with namespace=\n";
    assert_eq!(ran.stderr, expected);
}
