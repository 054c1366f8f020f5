//! The real catalogues of the hand-outs.

use crate::common;
use registry::model::Status;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use sync::format::{Format, Reading, read};

fn reading(name: &str) -> Option<(Vec<u8>, Reading)> {
    let bytes = std::fs::read(common::data(name)?).unwrap();
    let reading = read(&bytes).unwrap();
    Some((bytes, reading))
}

/// Every accepted document equals its input, as a value and byte for byte; every status and time is kept.
fn assert_kept(raw: &[&RawValue], reading: &Reading) {
    #[derive(serde::Deserialize)]
    struct Input<'a> {
        #[serde(borrow)]
        server: &'a RawValue,
        #[serde(rename = "_meta")]
        meta: Value,
    }
    let mut accepted = reading.entries.iter().peekable();
    let mut compared = 0;
    for raw in raw {
        let input: Input<'_> = serde_json::from_str(raw.get()).unwrap();
        let server: Value = serde_json::from_str(input.server.get()).unwrap();
        let same = |entry: &&sync::format::SourceEntry| {
            server["name"] == entry.name.as_str() && server["version"] == entry.version.as_str()
        };
        let Some(entry) = accepted.next_if(same) else { continue };
        assert_eq!(serde_json::from_str::<Value>(&entry.document).unwrap(), server);
        assert_eq!(entry.document, compact(input.server.get()), "bytes");
        let official = &input.meta["io.modelcontextprotocol.registry/official"];
        let time = |key: &str| official[key].as_str().map(str::to_owned);
        assert_eq!(entry.status.map(Status::as_str), official["status"].as_str());
        assert_eq!(entry.published_at.map(String::from), time("publishedAt"));
        assert_eq!(entry.updated_at.map(String::from), time("updatedAt"));
        assert_eq!(entry.status_changed_at.map(String::from), time("statusChangedAt"));
        assert_eq!(entry.is_latest, official["isLatest"].as_bool());
        assert!(entry.meta.is_empty());
        compared += 1;
    }
    assert_eq!(compared, reading.entries.len());
}

/// JSON without the white space between its tokens.
fn compact(text: &str) -> String {
    let (mut compact, mut inside, mut escaped) = (String::with_capacity(text.len()), false, false);
    for char in text.chars() {
        if inside || !char.is_ascii_whitespace() {
            compact.push(char);
        }
        if char == '"' && !escaped {
            inside = !inside;
        }
        escaped = char == '\\' && !escaped;
    }
    compact
}

#[test]
fn official_2025_12_18() {
    let Some((bytes, reading)) = reading("catalogs/official-2025-12-18.json") else { return };
    assert_eq!((reading.format, reading.read), (Format::Wrapped, 2794));
    assert_eq!((reading.entries.len(), reading.refused.len()), (2789, 5));
    for refused in &reading.refused {
        assert!(!refused.name.is_empty() && !refused.version.is_empty());
        assert_eq!(refused.reason, "packages[0].version: version string 'latest' is reserved and cannot be used");
    }
    assert_kept(&serde_json::from_slice::<Vec<&RawValue>>(&bytes).unwrap(), &reading);
}

#[test]
fn derived_2026_06_12() {
    #[derive(serde::Deserialize)]
    struct List<'a> {
        #[serde(borrow)]
        servers: Vec<&'a RawValue>,
    }
    let Some((bytes, reading)) = reading("catalogs/derived-2026-06-12.json") else { return };
    assert_eq!((reading.format, reading.read, reading.next_cursor.as_deref()), (Format::ListResponse, 11_978, None));
    assert_eq!(reading.refused, []);
    assert_kept(&serde_json::from_slice::<List<'_>>(&bytes).unwrap().servers, &reading);
}

#[test]
fn official_seed() {
    let Some((_, reading)) = reading("catalogs/official-seed.json") else { return };
    assert_eq!((reading.format, reading.read), (Format::Plain, 4));
    assert_eq!(reading.refused, []);
}

#[test]
fn toolhive_legacy_is_converted_as_toolhive_does() {
    let Some((_, legacy)) = reading("toolhive/toolhive-registry.json") else { return };
    let Some((bytes, upstream)) = reading("toolhive/toolhive-upstream.json") else { return };
    assert_eq!((legacy.format, legacy.read), (Format::ToolHiveLegacy, 102));
    assert_eq!((upstream.format, upstream.read), (Format::ToolHiveUpstream, 102));
    assert_eq!((&legacy.refused, &upstream.refused), (&vec![], &vec![]));
    let expected: Value = serde_json::from_slice(&bytes).unwrap();
    for expected in expected["data"]["servers"].as_array().unwrap() {
        let converted = legacy.entries.iter().find(|entry| entry.name.as_str() == expected["name"]).unwrap();
        let document: Value = serde_json::from_str(&converted.document).unwrap();
        for (field, value) in expected.as_object().unwrap() {
            assert_eq!(&document[field], value, "{field} of {}", converted.name);
        }
        assert_eq!(&document, expected);
        let same = upstream.entries.iter().find(|entry| entry.name == converted.name).unwrap();
        assert_eq!(converted, same);
        assert_eq!((same.published_at, same.updated_at, same.is_latest), (None, None, None));
    }
    let deprecated: Vec<_> = legacy.entries.iter().filter(|entry| entry.status == Some(Status::Deprecated)).collect();
    assert_eq!(deprecated.len(), 1);
}

#[test]
fn toolhive_legacy_keeps_what_has_no_field_of_its_own() {
    let text = json!({"version": "1.0.0", "last_updated": "2025-01-01T00:00:00Z", "servers": {}, "groups": [],
        "remote_servers": {"one": {
            "name": "com.example/one", "title": "One", "description": "d", "url": "https://one.example/mcp",
            "transport": "sse", "tools": [], "env_vars": [{"name": "A", "required": true}], "later": 1,
            "headers": [{"name": "X-Key", "description": "k", "required": true, "secret": true, "choices": ["a", "b"]}]}}});
    let reading = read(text.to_string().as_bytes()).unwrap();
    assert_eq!(reading.refused, []);
    assert_eq!(reading.ignored.iter().collect::<Vec<_>>(), ["groups"]);
    assert_eq!(
        serde_json::from_str::<Value>(&reading.entries[0].document).unwrap(),
        json!({"$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
            "name": "com.example/one", "title": "One", "description": "d", "version": "1.0.0",
            "remotes": [{"type": "sse", "url": "https://one.example/mcp", "headers": [
                {"name": "X-Key", "description": "k", "isRequired": true, "isSecret": true, "choices": ["a", "b"]}]}],
            "_meta": {"io.modelcontextprotocol.registry/publisher-provided": {"io.github.stacklok": {
                "https://one.example/mcp": {"status": "active", "env_vars": [{"name": "A", "required": true}], "later": 1}}}}})
    );
}

#[test]
fn toolhive_legacy_refuses_by_name() {
    let text = json!({"servers": {"one": {"description": "d", "transport": "stdio"}, "two": 2}, "remote_servers": {
        "one": {"description": "d", "url": "https://a.example"}}});
    let reading = read(text.to_string().as_bytes()).unwrap();
    let reasons: Vec<_> =
        reading.refused.iter().map(|refused| (refused.name.as_str(), refused.reason.as_str())).collect();
    assert_eq!(
        reasons,
        [
            ("io.github.stacklok/one", "image is missing"),
            ("io.github.stacklok/two", "the entry is a number, not an object"),
            ("io.github.stacklok/one", "remotes[0].type: invalid type: null, expected a string"),
        ]
    );
}
