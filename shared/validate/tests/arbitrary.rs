//! No body makes a check panic, and what passes the first check is a document that survives storage.
#![expect(clippy::expect_used, reason = "tests fail by panicking")]

use proptest::prelude::*;
use registry_validate::{Issue, SERVER_JSON, STATUS, check, publisher_meta_bytes, semantic, structure, validate};
use serde_json::{Map, Value, json};

/// Keys and texts that reach deep into the checks.
const WORDS: [&str; 44] = [
    "$schema",
    "name",
    "description",
    "version",
    "title",
    "repository",
    "url",
    "source",
    "subfolder",
    "websiteUrl",
    "icons",
    "src",
    "sizes",
    "packages",
    "registryType",
    "identifier",
    "transport",
    "type",
    "remotes",
    "headers",
    "variables",
    "packageArguments",
    "environmentVariables",
    "value",
    "choices",
    "isRequired",
    "_meta",
    "io.modelcontextprotocol.registry/publisher-provided",
    "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
    "https://static.modelcontextprotocol.io/schemas/2025-07-09/server.schema.json",
    "aa/bb",
    "1.0.0",
    "1.x",
    "latest",
    "stdio",
    "sse",
    "named",
    "positional",
    "github",
    "https://github.com/a/b",
    "https://{x}.example.com:{port}/%zz",
    "{",
    "é'\u{2028}",
    "",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![3 => prop::sample::select(&WORDS[..]).prop_map(str::to_owned), 1 => any::<String>()]
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)),
        any::<u64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(text(), inner, 0..8).prop_map(|members| Value::Object(Map::from_iter(members))),
        ]
    })
}

fn optional(strategy: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    prop_oneof![Just(Value::Null), strategy]
}

fn transport() -> impl Strategy<Value = Value> {
    let variables = prop::collection::btree_map(text(), Just(json!({})), 0..3);
    (text(), optional(text().prop_map(Value::from)), variables)
        .prop_map(|(kind, url, variables)| json!({"type": kind, "url": url, "variables": variables}))
}

fn argument() -> impl Strategy<Value = Value> {
    (text(), text(), text(), any::<bool>()).prop_map(|(kind, name, value, flag)| {
        json!({"type": kind, "name": name, "value": value, "default": value, "isRepeated": flag})
    })
}

/// Documents that mostly pass the first check.
fn document() -> impl Strategy<Value = Value> {
    let package = (text(), text(), transport(), prop::collection::vec(argument(), 0..3)).prop_map(
        |(identifier, version, transport, arguments)| {
            json!({"registryType": "npm", "identifier": format!("x{identifier}"), "version": format!("1{version}"),
                "transport": transport, "packageArguments": arguments})
        },
    );
    let parts = (
        text(),
        text(),
        text(),
        prop::collection::vec(package, 0..3),
        prop::collection::vec(transport(), 0..3),
        optional(anything()),
        text(),
    );
    parts.prop_map(|(schema, version, url, packages, remotes, block, folder)| {
        let schema = if schema.starts_with("https") { schema } else { format!("/schemas/2025-{schema}") };
        json!({
            "$schema": schema, "name": "aa/bb-", "description": "d",
            "version": format!("v{version}"), "websiteUrl": url, "packages": packages, "remotes": remotes,
            "repository": {"url": url, "source": "github", "subfolder": folder}, "icons": [{"src": url}],
            "_meta": {"io.modelcontextprotocol.registry/publisher-provided": {"block": block}},
        })
    })
}

fn checks_hold(body: &Value) {
    let typed = structure(body);
    let _ = check(&STATUS, body);
    assert_eq!(typed.is_ok(), check(&SERVER_JSON, body).is_empty(), "what passes the check can be read");
    if let Ok(document) = typed {
        let canonical = document.canonical().expect("JSON");
        let stored: Value = serde_json::from_str(&canonical).expect("JSON");
        assert_eq!(structure(&stored).as_ref().ok(), Some(&document));
        let result = validate(&document);
        assert!(semantic(&document).iter().all(|issue| result.issues.contains(issue)));
        assert_eq!(result.valid, !result.issues.iter().any(Issue::is_error));
        let _ = publisher_meta_bytes(&document);
    }
}

proptest! {
    #[test]
    fn arbitrary_json(body in anything()) {
        checks_hold(&body);
    }

    #[test]
    fn arbitrary_documents(body in document()) {
        checks_hold(&body);
    }
}
