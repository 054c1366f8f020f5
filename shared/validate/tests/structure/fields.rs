use registry_validate::structure;
use serde_json::{Value, json};

use super::{errors, package, refused, with};

#[test]
fn missing_and_unexpected_fields_show_the_object_around_them() {
    for key in ["$schema", "name", "description", "version"] {
        let body = with(&json!({key: null}));
        refused(&body, &format!("expected required property {key} to be present"), "body", &body);
    }
    let body = with(&json!({"status": "active"}));
    refused(&body, "unexpected property", "body.status", &body);
    let body = with(&json!({"_meta": {"com.example/x": {"a": 1}}}));
    refused(&body, "unexpected property", "body._meta.com.example/x", &body["_meta"]);
    let body = package(&json!({"foo": 1}));
    refused(&body, "unexpected property", "body.packages[0].foo", &body["packages"][0]);
    let body = package(&json!({"environmentVariables": [{"description": "x"}]}));
    refused(
        &body,
        "expected required property name to be present",
        "body.packages[0].environmentVariables[0]",
        &json!({"description": "x"}),
    );
    let body = with(&json!({"packages": [{"registryType": "npm"}]}));
    let found = errors(&body);
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|(_, at, value)| at == "body.packages[0]" && *value == Some(body["packages"][0].clone())));
}

#[test]
fn another_spelling_is_unexpected_and_the_right_one_missing() {
    let messages: Vec<String> =
        errors(&with(&json!({"name": null, "NAME": "aa/bb"}))).into_iter().map(|e| e.0).collect();
    assert_eq!(messages, ["expected required property name to be present", "unexpected property"]);
}

#[test]
fn lengths_count_code_points() {
    assert!(structure(&with(&json!({"description": "ä".repeat(100), "version": "ä".repeat(255)}))).is_ok());
    for (key, text, message) in [
        ("description", "ä".repeat(101), "expected length <= 100"),
        ("description", String::new(), "expected length >= 1"),
        ("title", "t".repeat(101), "expected length <= 100"),
        ("title", String::new(), "expected length >= 1"),
        ("version", "1".repeat(256), "expected length <= 255"),
        ("version", String::new(), "expected length >= 1"),
        ("$schema", String::new(), "expected length >= 1"),
        ("name", format!("aa/{}", "b".repeat(198)), "expected length <= 200"),
    ] {
        refused(&with(&json!({key: text})), message, &format!("body.{key}"), &json!(text));
    }
    let short: Vec<String> = errors(&with(&json!({"name": "ä/"}))).into_iter().map(|error| error.0).collect();
    let pattern = "expected string to match pattern ^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$";
    assert_eq!(short, ["expected length >= 3", pattern]);
    refused(&package(&json!({"identifier": ""})), "expected length >= 1", "body.packages[0].identifier", &json!(""));
}

#[test]
fn patterns_and_choices() {
    for name in ["noslash", "aa/b/c", "aa/b b", "a_a/bb", "/bb", "aaa/"] {
        let message = "expected string to match pattern ^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$";
        refused(&with(&json!({"name": name})), message, "body.name", &json!(name));
    }
    for digest in ["ABC".to_owned(), "A".repeat(64), "a".repeat(63)] {
        let message = "expected string to match pattern ^[a-f0-9]{64}$";
        refused(&package(&json!({"fileSha256": digest})), message, "body.packages[0].fileSha256", &json!(digest));
    }
    assert!(structure(&package(&json!({"fileSha256": "0a".repeat(32)}))).is_ok());
    let icon = |icon: Value| with(&json!({"icons": [icon]}));
    refused(
        &icon(json!({"src": "https://x/y", "theme": "blue"})),
        "expected value to be one of \"light, dark\"",
        "body.icons[0].theme",
        &json!("blue"),
    );
    refused(
        &icon(json!({"src": "https://x/y", "mimeType": "image/gif"})),
        "expected value to be one of \"image/png, image/jpeg, image/jpg, image/svg+xml, image/webp\"",
        "body.icons[0].mimeType",
        &json!("image/gif"),
    );
    refused(
        &package(&json!({"environmentVariables": [{"name": "X", "format": "int"}]})),
        "expected value to be one of \"string, number, boolean, filepath\"",
        "body.packages[0].environmentVariables[0].format",
        &json!("int"),
    );
    refused(
        &with(&json!({"websiteUrl": "https://[::1"})),
        "expected string to be RFC 3986 uri: parse \"https://[::1\": missing ']' in host",
        "body.websiteUrl",
        &json!("https://[::1"),
    );
}

#[test]
fn types() {
    refused(&json!([1]), "expected object", "body", &json!([1]));
    refused(&with(&json!({"version": 1})), "expected string", "body.version", &json!(1));
    refused(&with(&json!({"packages": {}})), "expected array", "body.packages", &json!({}));
    refused(&with(&json!({"repository": []})), "expected object", "body.repository", &json!([]));
    let default = package(&json!({"environmentVariables": [{"name": "X", "default": 5}]}));
    refused(&default, "expected string", "body.packages[0].environmentVariables[0].default", &json!(5));
    let flag = package(&json!({"packageArguments": [{"type": "named", "isRepeated": "yes"}]}));
    refused(&flag, "expected boolean", "body.packages[0].packageArguments[0].isRepeated", &json!("yes"));
    let choices = package(&json!({"packageArguments": [{"type": "named", "choices": ["a", 1]}]}));
    refused(&choices, "expected string", "body.packages[0].packageArguments[0].choices[1]", &json!(1));
    let variables = with(&json!({"remotes": [{"type": "sse", "variables": {"a": {"name": "b"}}}]}));
    refused(&variables, "unexpected property", "body.remotes[0].variables.a.name", &json!({"name": "b"}));
    let block = with(&json!({"_meta": {"io.modelcontextprotocol.registry/publisher-provided": 1}}));
    let at = "body._meta.io.modelcontextprotocol.registry/publisher-provided";
    refused(&block, "expected object", at, &json!(1));
}
