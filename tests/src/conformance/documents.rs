//! What may be in a document, said by `/publish` and `/validate`. Cases 31 to 35, and 37 to 39.

use serde_json::{Value, json};

use super::session::{Session, name};
use crate::document;

/// Publishes the document with `fields`, and shows it to `/validate` as well.
async fn try_with(session: &mut Session, server: &str, fields: &[(&str, Value)], status: u16) {
    let mut document = document(&name(server), "1.0.0");
    for (field, value) in fields {
        document[*field] = value.clone();
    }
    session.send("POST", "/v0.1/validate", &[("content-type", "application/json")], &document.to_string()).await;
    session.call("POST", "/v0.1/publish", &document).await.status(status);
}

/// Case 33.
pub(super) async fn names(session: &mut Session) {
    let long = name(&"x".repeat(200));
    for wrong in ["no-slash", "a.b/c/d", "a.b/c d", "a.b/", &long] {
        try_with(session, "named", &[("name", json!(wrong))], 422).await;
    }
    for wrong in ["x-", "x"] {
        try_with(session, "named", &[("name", json!(name(wrong)))], 422).await;
    }
}

/// Case 35.
pub(super) async fn versions(session: &mut Session) {
    for wrong in ["latest", "^1.0.0", ">=1.0.0", "1.x", ""] {
        try_with(session, "versioned", &[("version", json!(wrong))], 422).await;
    }
    for right in ["*", "1.0.0-rc.1", "snapshot"] {
        try_with(session, "versioned", &[("version", json!(right))], 200).await;
    }
}

/// Case 34.
pub(super) async fn schemas(session: &mut Session) {
    let at = |date: &str| format!("https://static.modelcontextprotocol.io/schemas/{date}/server.schema.json");
    for wrong in ["", "junk", &at("2020-01-01"), &at("draft")] {
        try_with(session, "schemas", &[("$schema", json!(wrong))], 422).await;
    }
    for (right, version) in [
        (at("2025-09-29"), "1.0.0"),
        ("https://elsewhere.example/schemas/2025-12-11/server.schema.json".to_owned(), "2.0.0"),
    ] {
        try_with(session, "schemas", &[("$schema", json!(right)), ("version", json!(version))], 200).await;
    }
}

/// Cases 32, 38 and 39.
pub(super) async fn texts(session: &mut Session) {
    try_with(session, "texts", &[("description", json!("ä".repeat(101)))], 422).await;
    try_with(session, "texts", &[("description", json!("ä".repeat(100)))], 200).await;
    try_with(session, "texts-none", &[("title", Value::Null), ("repository", json!({}))], 200).await;
    let icon = |field: &str, value: &str| json!([{"src": "https://x.example/i.png", field: value}]);
    try_with(session, "texts-icons", &[("icons", icon("theme", "blue"))], 422).await;
    try_with(session, "texts-icons", &[("icons", icon("mimeType", "image/gif"))], 422).await;
    try_with(session, "texts-icons", &[("icons", json!([{"src": "https://x.example/i.png", "sizes": ["abc"]}]))], 200)
        .await;
}

/// Case 31.
pub(super) async fn unknown(session: &mut Session) {
    for key in ["foo", "status", "Description"] {
        try_with(session, "unknown", &[(key, json!("x"))], 422).await;
    }
    try_with(session, "unknown", &[("_meta", json!({"com.example/foreign": {}}))], 422).await;
    try_with(session, "unknown", &[("_meta", json!({}))], 200).await;
}

/// Case 37.
pub(super) async fn publisher(session: &mut Session) {
    let block = |bytes: usize| {
        let rest = r#"{"a":""}"#.len();
        json!({"io.modelcontextprotocol.registry/publisher-provided": {"a": "x".repeat(bytes - rest)}})
    };
    try_with(session, "publisher", &[("_meta", block(4097))], 400).await;
    try_with(session, "publisher", &[("_meta", block(4096))], 200).await;
}
