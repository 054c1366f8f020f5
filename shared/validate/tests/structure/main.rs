//! What the first check refuses. Texts and places are copies of recorded answers where there is one.

#![expect(clippy::expect_used, reason = "tests fail by panicking")]

mod fields;
mod nulls;

use registry::error::ErrorDetail;
use registry_validate::{SIGNATURE, STATUS, Shape, check, limits, structure};
use serde_json::{Map, Value, json};

const SCHEMA: &str = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json";

/// A minimal document with more fields; `null` takes a field away.
fn with(fields: &Value) -> Value {
    let mut document = json!({"$schema": SCHEMA, "name": "aa/bb", "description": "d", "version": "1.0.0"});
    let members = document.as_object_mut().expect("an object");
    for (key, value) in fields.as_object().expect("an object") {
        match value {
            Value::Null => members.remove(key),
            value => members.insert(key.clone(), value.clone()),
        };
    }
    document
}

fn package(fields: &Value) -> Value {
    let mut package = json!({"registryType": "npm", "identifier": "x", "transport": {"type": "stdio"}});
    let members = package.as_object_mut().expect("an object");
    members.extend(fields.as_object().expect("an object").clone());
    with(&json!({"packages": [package]}))
}

fn errors(body: &Value) -> Vec<(String, String, Option<Value>)> {
    let errors = structure(body).expect_err("a refusal");
    errors.into_iter().map(|error| (error.message, error.location.unwrap_or_default(), error.value)).collect()
}

fn refused(body: &Value, message: &str, location: &str, value: &Value) {
    assert_eq!(errors(body), [(message.to_owned(), location.to_owned(), Some(value.clone()))]);
}

#[test]
fn a_hostile_body_gets_a_small_answer() {
    let keys: Map<String, Value> = (0..100_000).map(|key| (format!("k{key}"), json!("0123"))).collect();
    let found = check(&registry_validate::SERVER_JSON, &Value::Object(keys));
    assert_eq!(found.len(), limits::ERRORS + 1);
    assert!(found.iter().all(|error| error.value.is_none()));
    let last = found.last().expect("a note");
    assert_eq!(last.message, "more than 100 errors, the others are not listed");

    let exactly: Map<String, Value> = (0..96).map(|key| (format!("k{key:02}"), Value::Null)).collect();
    assert_eq!(check(&registry_validate::SERVER_JSON, &Value::Object(exactly)).len(), limits::ERRORS);

    let value = |bytes| check(&STATUS, &json!({"status": "x".repeat(bytes)})).remove(0).value;
    assert!(value(limits::QUOTED_BYTES - 100).is_some());
    assert!(value(limits::QUOTED_BYTES).is_none());
}

fn messages(shape: &Shape, body: &Value) -> Vec<String> {
    check(shape, body).into_iter().map(|ErrorDetail { message, .. }| message).collect()
}

#[test]
fn other_bodies() {
    assert!(check(&STATUS, &json!({"status": "deleted", "statusMessage": "ä".repeat(500)})).is_empty());
    assert!(check(&STATUS, &json!({"status": "active", "statusMessage": null})).is_empty());
    let too_long = json!({"status": "active", "statusMessage": "ä".repeat(501)});
    assert_eq!(messages(&STATUS, &too_long), ["expected length <= 500"]);
    let unknown = json!({"status": "gone"});
    assert_eq!(messages(&STATUS, &unknown), ["expected value to be one of \"active, deprecated, deleted\""]);
    assert_eq!(messages(&STATUS, &json!({})), ["expected required property status to be present"]);

    assert!(check(&SIGNATURE, &json!({"domain": "d", "timestamp": "t", "signed_timestamp": "s"})).is_empty());
    assert_eq!(messages(&SIGNATURE, &json!({})).len(), 3);
}
