//! Bad entries: each is refused with its reason, and stops nothing.

use crate::common;
use registry::limits;
use registry::model::Status;
use serde_json::{Value, json};
use sync::format::{Format, Refused, read};

/// Reads an array of the text and of a good entry; the text is refused, and this is how.
fn refused(text: &str) -> Refused {
    let good = common::document("good.example/server", "1.0.0");
    let reading = read(format!("[{good},{text}]").as_bytes()).unwrap();
    assert_eq!((reading.read, reading.entries.len(), reading.refused.len()), (2, 1, 1), "{text}");
    reading.refused[0].clone()
}

fn reason(entry: &Value) -> String {
    refused(&entry.to_string()).reason
}

#[test]
fn without_name_version_or_description() {
    let entry = refused(r#"{"description":"d","version":"1.0.0"}"#);
    assert_eq!(
        entry,
        Refused { name: String::new(), version: "1.0.0".to_owned(), reason: "entry 2: name is missing".to_owned() }
    );
    let entry = refused(r#"{"server":{"name":"a.b/cc","description":"d"},"_meta":{}}"#);
    assert_eq!((entry.name.as_str(), entry.reason.as_str()), ("a.b/cc", "entry 2: version is missing"));
    assert_eq!(reason(&json!({"name": "a.b/cc", "version": "1"})), "description is missing");
    assert_eq!(reason(&json!({"name": "a.b/cc", "version": "1", "description": ""})), "description: must not be empty");
}

#[test]
fn that_are_no_objects() {
    assert_eq!(refused("7").reason, "entry 2: the entry is a number, not an object");
    assert_eq!(refused("[]").reason, "entry 2: the entry is an array, not an object");
    assert_eq!(refused(r#"{"server":null}"#).reason, "entry 2: server: must be an object");
}

#[test]
fn with_duplicate_keys() {
    let entry = refused(r#"{"name":"a.b/cc","description":"d","version":"1","title":"x","title":"y"}"#);
    assert_eq!(entry.reason, r#"entry 2: duplicate key "title""#);
    let entry = refused(r#"{"name":"a.b/cc","description":"d","version":"1","repository":{"url":"x","url":"y"}}"#);
    assert_eq!((entry.name.as_str(), entry.reason.as_str()), ("a.b/cc", r#"duplicate key "url""#));
    let entry = refused(r#"{"server":{"name":"a.b/cc","description":"d","version":"1"},"_meta":{"x":{},"x":{}}}"#);
    assert_eq!((entry.name.as_str(), entry.reason.as_str()), ("a.b/cc", r#"duplicate key "x""#));
}

#[test]
fn nested_too_deep() {
    let deep = "[".repeat(200) + &"]".repeat(200);
    let entry = refused(&format!(r#"{{"name":"a.b/cc","description":"d","version":"1","x":{deep}}}"#));
    assert_eq!((entry.name.as_str(), entry.reason.as_str()), ("a.b/cc", "is nested deeper than 100 levels"));
}

#[test]
fn with_invalid_names_and_versions() {
    let mut entry = common::document("nope", "1");
    assert_eq!(reason(&entry), "server name must be namespace/name with exactly one slash, got \"nope\"");
    entry["name"] = "a.b/c%00".into();
    assert!(reason(&entry).starts_with("name part of server name \"a.b/c%00\" must have"), "{}", reason(&entry));
    entry["name"] = "a.b/cc".into();
    entry["version"] = "latest".into();
    assert_eq!(reason(&entry), "version string 'latest' is reserved and cannot be used");
    entry["version"] = "^1.0".into();
    assert_eq!(reason(&entry), "version must be a specific version, not a range: \"^1.0\"");
    entry["version"] = "1".into();
    entry["packages"] = json!([
        {"registryType": "npm", "identifier": "x", "version": "1.0.0", "transport": {"type": "stdio"}},
        {"registryType": "npm", "identifier": "y", "version": "latest", "transport": {"type": "stdio"}},
    ]);
    assert_eq!(reason(&entry), "packages[1].version: version string 'latest' is reserved and cannot be used");
}

#[test]
fn with_fields_of_the_wrong_type() {
    let mut entry = common::document("a.b/cc", "1");
    entry["packages"] = json!([{"registryType": "npm", "identifier": 7, "transport": {"type": "stdio"}}]);
    assert_eq!(reason(&entry), "packages[0].identifier: invalid type: integer `7`, expected a string");
    entry["packages"] = json!([{"identifier": "x", "transport": {"type": "stdio"}}]);
    assert_eq!(reason(&entry), "packages[0]: missing field `registryType`");
    entry["packages"] = json!([{"registry_type": "npm", "identifier": "x", "transport": {"type": "stdio"}}]);
    assert_eq!(
        reason(&entry),
        "packages[0]: registryType is missing and registry_type is there: snake_case documents (schema 2025-07-09) are \
         not accepted, publish the server again in the form of today"
    );
}

#[test]
fn with_a_bad_block_of_the_registry() {
    let entry = |block: Value| {
        json!({"server": common::document("a.b/cc", "1"),
               "_meta": {"io.modelcontextprotocol.registry/official": block}})
    };
    let path = "_meta.io.modelcontextprotocol.registry/official";
    assert_eq!(
        reason(&entry(json!({"publishedAt": "yesterday"}))),
        format!(
            "{path}.publishedAt: expected an RFC 3339 time with an offset, such as 2025-08-07T13:15:04.280Z, got \"yesterday\""
        )
    );
    assert_eq!(
        reason(&entry(json!({"status": "gone"}))),
        format!("{path}.status: unknown variant `gone`, expected one of `active`, `deprecated`, `deleted`")
    );
    assert_eq!(
        reason(&entry(json!({"statusMessage": "x".repeat(501)}))),
        "statusMessage has 501 characters, more than 500"
    );
    assert_eq!(
        reason(&json!({"server": common::document("a.b/cc", "1"), "_meta": []})),
        "_meta: invalid type: sequence, expected a map"
    );
}

#[test]
fn too_large() {
    let mut entry = json!({"server": common::document("a.b/cc", "1"), "_meta": {}});
    entry["_meta"]["com.example/x"] = "y".repeat(limits::DOCUMENT_BYTES).into();
    assert_eq!(reason(&entry), "document and _meta have 389184 bytes, more than 389120");
}

#[test]
fn twice() {
    let entry = common::document("a.b/cc", "1");
    let reading = read(json!([entry, common::document("a.b/cc", "2"), entry]).to_string().as_bytes()).unwrap();
    assert_eq!(reading.entries.len(), 2);
    assert_eq!(
        reading.refused,
        [Refused {
            name: "a.b/cc".to_owned(),
            version: "1".to_owned(),
            reason: "duplicate: entry 1 has the same name and version".to_owned()
        }]
    );
}

#[test]
fn good_ones_keep_all_that_the_source_says() {
    let text = json!({"servers": [
        {"server": {"name": "a.b/cc", "description": "d", "version": "1", "status": "deprecated", "later": {"b": 1, "a": 2},
                    "remotes": [{"type": "sse", "url": "https://a.b/1"}, {"type": "sse", "url": "https://a.b/1"}]},
         "_meta": {"com.example/x": {"z": 1}, "io.modelcontextprotocol.registry/official": {
            "status": "deleted", "statusMessage": "", "publishedAt": "2025-01-01T00:00:00.1234567Z",
            "updatedAt": "2025-01-02T00:00:00Z", "statusChangedAt": "2025-01-03T00:00:00Z", "isLatest": false}},
         "rank": 7},
        {"name": "a.b/dd", "description": "d", "version": "1"},
    ], "metadata": {"nextCursor": "a.b/dd:1"}});
    let reading = read(text.to_string().as_bytes()).unwrap();
    assert_eq!((reading.format, reading.next_cursor.as_deref()), (Format::ListResponse, Some("a.b/dd:1")));
    assert_eq!(reading.ignored.into_iter().collect::<Vec<_>>(), ["rank"]);
    let [full, bare] = &reading.entries[..] else { panic!("{:?}", reading.refused) };
    assert!(full.document.ends_with(r#""later":{"a":2,"b":1},"status":"deprecated"}"#), "{}", full.document);
    assert_eq!(full.remote_urls, ["https://a.b/1"]);
    assert_eq!(serde_json::to_value(&full.meta).unwrap(), json!({"com.example/x": {"z": 1}}));
    assert_eq!((full.status, full.status_message.as_deref()), (Some(Status::Deleted), Some("")));
    assert_eq!(full.published_at.unwrap().to_string(), "2025-01-01T00:00:00.123456Z");
    assert_eq!((full.is_latest, bare.is_latest, bare.status, bare.published_at), (Some(false), None, None, None));
}
