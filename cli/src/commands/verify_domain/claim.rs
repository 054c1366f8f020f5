//! A claim to a domain, as a registry answers it.

use serde_json::Value;

use crate::output::{field, printable, table_of};

type Rows = Vec<(&'static str, String)>;

/// What to set for it: the record, or the file instead.
pub(super) fn record(claim: &Value) -> Rows {
    vec![
        ("type", field(claim, "/record/type")),
        ("name", field(claim, "/record/name")),
        ("value", field(claim, "/record/value")),
        ("or file", field(claim, "/file/url")),
        ("content", field(claim, "/file/content")),
    ]
}

/// How it stands.
pub(super) fn rows(claim: &Value) -> Rows {
    vec![
        ("domain", field(claim, "/domain")),
        ("status", field(claim, "/status")),
        ("method", field(claim, "/method")),
        ("publishes", publishes(claim)),
        ("expires", field(claim, "/expiresAt")),
        ("notice", field(claim, "/notice")),
    ]
}

/// The names that it lets publish.
pub(super) fn publishes(claim: &Value) -> String {
    let patterns = claim.get("publishes").and_then(Value::as_array);
    let patterns: Vec<&str> = patterns.into_iter().flatten().filter_map(Value::as_str).collect();
    printable(&patterns.join(", "))
}

/// A table of claims.
pub(super) fn table(claims: &[Value]) -> String {
    let columns = [
        ("domain", "/domain"),
        ("status", "/status"),
        ("method", "/method"),
        ("claimed", "/claimedAt"),
        ("checked", "/checkedAt"),
        ("expires", "/expiresAt"),
        ("record", "/record/value"),
        ("notice", "/notice"),
    ];
    table_of(claims, &columns)
}
