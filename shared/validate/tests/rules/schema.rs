use registry_validate::{IssueType, validate};
use serde_json::{Value, json};

use super::{SCHEMA, document, package, remote};

/// Path, message and way of all that the schema finds, the rules' issues left out.
fn by_schema(fields: &Value) -> Vec<(String, String, String)> {
    let issues = validate(&document(fields)).issues.into_iter().filter(|issue| issue.kind == IssueType::Schema);
    issues.map(|issue| (issue.path, issue.message, issue.reference)).collect()
}

#[test]
fn schema_issues_tell_the_way_through_the_schema() {
    let found = by_schema(&package(&json!({"version": "latest"})));
    assert_eq!(
        found,
        [(
            "packages[0].version".to_owned(),
            "not failed".to_owned(),
            format!(
                "{SCHEMA}#/definitions/Package/properties/version/not from: \
                 [#/definitions/ServerDetail]/properties/packages/items/[#/definitions/Package]/properties/version/not"
            )
        )]
    );
    let found = by_schema(&json!({"repository": {"source": "github", "subfolder": "a"}}));
    assert_eq!((found[0].0.as_str(), found[0].1.as_str()), ("repository", "missing required fields: 'url'"));
    let found = by_schema(&json!({"repository": {}}));
    assert_eq!(found[0].1, "missing required fields: 'url', 'source'");
    assert_eq!(found.len(), 1);
    let found = by_schema(&json!({"icons": [{"src": "https://x/y", "sizes": ["48x48", "any", "48"]}]}));
    assert_eq!(found[0].0, "icons[0].sizes[2]");
    assert_eq!(found[0].1, r"does not match pattern '^(\\d+x\\d+|any)$'");
    let found = by_schema(&json!({"websiteUrl": "rel/path"}));
    assert_eq!(found[0].1, "'rel/path' has invalid format 'uri'");
}

#[test]
fn a_failing_choice_is_one_issue_for_each_leaf() {
    let found = by_schema(&remote(&json!({})));
    let leaves: Vec<(&str, &str)> = found.iter().map(|(path, message, _)| (path.as_str(), message.as_str())).collect();
    assert_eq!(leaves.len(), 3);
    assert_eq!(leaves.iter().filter(|leaf| **leaf == ("remotes[0]", "missing required fields: 'url'")).count(), 2);
    assert!(leaves.contains(&("remotes[0].type", "value must be \"streamable-http\"")));
    assert!(found.iter().any(|(_, _, reference)| {
        *reference
            == format!(
                "{SCHEMA}#/definitions/SseTransport/required from: [#/definitions/ServerDetail]/properties/remotes/items/\
                 [#/definitions/RemoteTransport]/allOf/0/anyOf/1/[#/definitions/SseTransport]/required"
            )
    }));
}

#[test]
fn each_document_is_judged_by_the_schema_that_it_names() {
    let dated = |date: &str, mut fields: Value| {
        fields["$schema"] = json!(format!("https://example.com/schemas/{date}/server.schema.json"));
        by_schema(&fields)
    };
    // Only since 2025-10-11 may a package be without a version.
    let found = dated("2025-09-29", package(&json!({})));
    assert_eq!(found[0].1, "missing required fields: 'version'");
    assert!(
        found[0].2.starts_with("https://static.modelcontextprotocol.io/schemas/2025-09-29/server.schema.json#/defin")
    );
    assert_eq!(dated("2025-10-17", package(&json!({}))), []);
    // The oldest knows the fields of a package by other names.
    let found = dated("2025-07-09", package(&json!({"version": "1"})));
    let messages: Vec<&str> = found.iter().map(|(_, message, _)| message.as_str()).collect();
    assert!(messages.contains(&"missing required fields: 'registry_type'"), "{messages:?}");
    assert!(messages.contains(&"additionalProperties 'registryType' not allowed"), "{messages:?}");
    // A template is no URI, but the newest does not ask for one.
    let templated = remote(&json!({"url": "https://{t}.example.com/", "variables": {"t": {}}}));
    let found = dated("2025-10-17", templated.clone());
    assert!(found.iter().any(|(_, message, _)| message == "'https://{t}.example.com/' has invalid format 'uri'"));
    assert_eq!(dated("2025-12-11", templated), []);
}

#[test]
fn null_is_absent_for_the_schema_too() {
    let document = document(&json!({"title": null, "packages": null, "remotes": [], "repository": null}));
    assert_eq!(validate(&document).issues, []);
}
