//! `berth validate`.

use serde_json::{Value, json};

use super::registry::{Registry, document, problem, token_number};
use crate::harness::Home;

const VALIDATE: &str = "/v0.1/validate";

fn issue(severity: &str, path: &str, rule: &str, message: &str) -> Value {
    json!({"type": "semantic", "path": path, "message": message, "severity": severity, "reference": rule})
}

/// Cells of a row of a table in a pipe.
fn cells(line: &str) -> Vec<&str> {
    line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()
}

#[test]
fn a_valid_document_is_fine() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.answers("POST", VALIDATE, 200, &json!({"valid": true, "issues": []}));
    home.file("server.json", document().to_string());
    let ran = home.run(&["validate", "--registry", &registry.url()]);
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", "server.json is valid\n"));
    let asked = registry.asked(VALIDATE);
    assert_eq!(asked[0].body, document().to_string().as_bytes());
    assert_eq!(asked[0].headers["content-type"], "application/json");
}

#[test]
fn issues_are_a_table_with_values_and_ways_out() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.logged_in(&home);
    let schema = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json#/definitions/Icon/properties/\
                  sizes/items/pattern from: [#/definitions/ServerDetail]/properties/icons";
    let issues = json!([
        issue(
            "error",
            "version",
            "version-looks-like-range",
            "version must be a specific version, not a range: \"^1\""
        ),
        issue("error", "icons[0].sizes[0]", schema, "'abc' does not match pattern"),
        issue("error", "repository.url", "rule-of-tomorrow", "new"),
    ]);
    registry.answers("POST", VALIDATE, 200, &json!({"valid": false, "issues": issues}));
    let mut document = document();
    document["version"] = "^1".into();
    document["icons"] = json!([{"src": "https://a.example/i.png", "sizes": ["abc"]}]);
    home.file("mine.json", document.to_string());
    let ran = home.run(&["validate", "mine.json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, "error: mine.json is not valid\n"));
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(cells(lines[0]), ["severity", "field", "value", "rule", "message", "what to do"]);
    assert_eq!(
        cells(lines[1]),
        [
            "error",
            "version",
            "\"^1\"",
            "version-looks-like-range",
            "version must be a specific version, not a range: \"^1\"",
            "name one version, such as 1.2.3",
        ]
    );
    assert_eq!(
        cells(lines[2]),
        [
            "error",
            "icons[0].sizes[0]",
            "\"abc\"",
            "schema: definitions/Icon/properties/sizes/items/pattern",
            "'abc' does not match pattern",
            "make it what $schema says",
        ]
    );
    assert_eq!(cells(lines[3]), ["error", "repository.url", "rule-of-tomorrow", "new"]);
    assert_eq!(lines.len(), 4);
    assert_eq!(token_number(&registry.asked(VALIDATE)[0]), 0, "a token is not needed, so none is sent");
}

#[test]
fn a_warning_spoils_nothing() {
    let (home, registry) = (Home::new(), Registry::start());
    let old =
        issue("warning", "schema", "schema-version-deprecated", "schema version 2025-10-17 is not the current version");
    let answer = json!({"valid": true, "issues": [old]});
    registry.answers("POST", VALIDATE, 200, &answer);
    home.file("server.json", document().to_string());
    let ran = home.run(&["validate", "--registry", &registry.url()]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, "server.json is valid\n"));
    let row = cells(ran.stdout.lines().nth(1).unwrap());
    assert_eq!(
        (row[0], row[1], row[5]),
        ("warning", "schema", "set $schema to the current one, as `berth init` writes it")
    );
    assert!(row[2].starts_with("\"https://static.modelcontextprotocol.io/schemas/"), "{row:?}");

    let ran = home.run(&["validate", "--json", "--registry", &registry.url()]);
    assert_eq!((ran.code, ran.stdout), (0, format!("{answer}\n")));
}

#[test]
fn scripts_get_the_answer_and_the_exit_code() {
    let (home, registry) = (Home::new(), Registry::start());
    home.file("server.json", document().to_string());
    let invalid = json!({"valid": false, "issues": [issue("error", "name", "invalid-server-name", "bad")]});
    registry.answers_once("POST", VALIDATE, 200, &invalid);
    let ran = home.run(&["validate", "--json", "--registry", &registry.url()]);
    assert_eq!((ran.code, ran.stdout), (1, format!("{invalid}\n")));
    let errors = json!([{"message": "expected length >= 1", "location": "body.description", "value": ""}]);
    let refusal = problem("Unprocessable Entity", 422, "validation failed", &errors);
    registry.answers("POST", VALIDATE, 422, &refusal);
    let ran = home.run(&["validate", "--json", "--registry", &registry.url()]);
    assert_eq!((ran.code, ran.stdout), (1, format!("{refusal}\n")));
    let ran = home.run(&["validate", "--registry", &registry.url()]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(ran.stderr.contains("\n  description: expected length >= 1; it may not be that short\n"), "{ran:?}");
}

#[test]
fn hostile_text_does_not_reach_the_terminal() {
    let (home, registry) = (Home::new(), Registry::start());
    let hostile = "one\ntwo\u{1b}[2J\u{9b}31m\u{202e}end";
    let issues = json!([issue(hostile, hostile, hostile, hostile)]);
    registry.answers("POST", VALIDATE, 200, &json!({"valid": false, "issues": issues}));
    home.file("server.json", document().to_string());
    let ran = home.run(&["validate", "--registry", &registry.url()]);
    assert_eq!(ran.code, 1);
    assert!(!ran.stdout.contains(|char: char| char != '\n' && (char.is_control() || char == '\u{202e}')), "{ran:?}");
    assert_eq!(ran.stdout.lines().count(), 2, "{ran:?}");
}

/// By the rules of the program itself: the answer is that of a registry.
#[test]
fn offline_it_asks_nobody() {
    let home = Home::new();
    let run = |document: &Value, more: &[&str]| {
        home.file("server.json", document.to_string());
        home.run(&[&["validate", "--offline", "--registry", "http://127.0.0.1:1"], more].concat())
    };
    let schema = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json";
    let good = json!({"$schema": schema, "name": "a.b/cc", "description": "d", "version": "1.0.0"});
    let ran = run(&good, &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, "server.json is valid\n"), "{ran:?}");
    let mut ranged = good.clone();
    ranged["version"] = json!("^1");
    ranged["icons"] = json!([{"src": "https://x/y.png", "sizes": ["48"]}]);
    let ran = run(&ranged, &[]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("version-looks-like-range") && ran.stdout.contains("icons[0].sizes[0]"), "{ran:?}");
    let mut unknown = good;
    unknown["packages"] = json!([{"registryType": "npm", "identifier": "x", "transport": {"type": "stdio"}, "foo": 1}]);
    let ran = run(&unknown, &["--json"]);
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((ran.code, &answer["valid"]), (1, &json!(false)));
    assert_eq!(answer["issues"][0]["path"], "packages[0].foo");
    assert_eq!(answer["issues"][0]["message"], "unexpected property");
}
