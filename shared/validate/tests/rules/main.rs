//! What the registry's own rules and the schemas say. Texts are copies of recorded answers where there is one.

#![expect(clippy::expect_used, reason = "tests fail by panicking")]

mod document;
mod package;
mod schema;

use registry_validate::{Issue, limits, semantic, structure, validate};
use serde_json::{Value, json};

const SCHEMA: &str = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json";

fn document(fields: &Value) -> registry::model::ServerJson {
    let mut document = json!({"$schema": SCHEMA, "name": "aa/bb", "description": "d", "version": "1.0.0"});
    document.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
    structure(&document).expect("a document")
}

/// Path, rule and message of all that the rules find.
fn found(fields: &Value) -> Vec<(String, String, String)> {
    semantic(&document(fields)).into_iter().map(|issue| (issue.path, issue.reference, issue.message)).collect()
}

fn finds(fields: &Value, expected: &[(&str, &str, &str)]) {
    let expected: Vec<_> = expected
        .iter()
        .map(|(path, rule, text)| ((*path).to_owned(), (*rule).to_owned(), (*text).to_owned()))
        .collect();
    assert_eq!(found(fields), expected);
}

fn package(fields: &Value) -> Value {
    let mut package = json!({"registryType": "npm", "identifier": "x", "transport": {"type": "stdio"}});
    package.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
    json!({"packages": [package]})
}

fn remote(fields: &Value) -> Value {
    let mut remote = json!({"type": "sse"});
    remote.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
    json!({"remotes": [remote]})
}

#[test]
fn the_answer_is_on_the_wire_as_recorded() {
    let result = validate(&document(&json!({"version": "latest"})));
    assert_eq!(
        json!(result),
        json!({"valid": false, "issues": [{
            "type": "semantic",
            "path": "version",
            "message": "version string 'latest' is reserved and cannot be used",
            "severity": "error",
            "reference": "reserved-version-string",
        }]})
    );
    assert_eq!(json!(validate(&document(&json!({})))), json!({"valid": true, "issues": []}));
}

#[test]
fn issues_are_bounded() {
    let bad = json!({"registryType": "a", "identifier": "a", "version": "1", "transport": {"type": "ws"}});
    let document = document(&json!({"packages": vec![bad; 600]}));
    assert_eq!(semantic(&document).len(), 600);
    let result = validate(&document);
    assert_eq!(result.issues.len(), limits::ISSUES);
    assert!(result.issues.iter().all(Issue::is_error));
}
