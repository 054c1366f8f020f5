use registry_validate::structure;
use serde_json::{Value, json};

use super::{errors, package, with};

#[test]
fn null_is_absent_where_the_field_is_optional() {
    let mut body = with(&json!({"title": "t", "packages": [], "repository": {}, "_meta": {}}));
    for key in ["title", "packages", "repository", "_meta", "icons", "remotes", "websiteUrl"] {
        body[key] = Value::Null;
    }
    let document = structure(&body).expect("a document");
    assert_eq!(document, structure(&with(&json!({}))).expect("a document"));

    for (key, message) in [("name", "expected string"), ("description", "expected string")] {
        let mut body = with(&json!({}));
        body[key] = Value::Null;
        assert_eq!(errors(&body), [(message.to_owned(), format!("body.{key}"), None)]);
    }
    let null = package(&json!({"transport": null}));
    assert_eq!(errors(&null), [("expected object".to_owned(), "body.packages[0].transport".to_owned(), None)]);
    let null = with(&json!({"icons": [null]}));
    assert_eq!(errors(&null), [("expected object".to_owned(), "body.icons[0]".to_owned(), None)]);
    assert_eq!(errors(&Value::Null), [("expected object".to_owned(), "body".to_owned(), None)]);
}

#[test]
fn an_empty_publisher_block_is_absent_and_empty_objects_stay() {
    let key = "io.modelcontextprotocol.registry/publisher-provided";
    for block in [json!({}), json!({key: null}), json!({key: {}})] {
        let document = structure(&with(&json!({"_meta": block, "repository": {}}))).expect("a document");
        let canonical = document.canonical().expect("JSON");
        assert!(canonical.contains(r#""repository":{},"version":"1.0.0","_meta":{}}"#), "{canonical}");
    }
    let document = structure(&with(&json!({"_meta": {key: {"a": null}}}))).expect("a document");
    assert_eq!(document.meta.expect("a block")[key], json!({"a": null}));
}
