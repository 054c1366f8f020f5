//! Documents that cannot be imported, or not all of them.

use serde_json::json;

use crate::bad_input::Target;
use crate::catalogue;

#[test]
fn damaged_documents() {
    let target = Target::new();
    let whole = catalogue::plain(&["a.b/one", "a.b/two"]);
    let half = whole.split_at(whole.len() / 2).0;
    assert_eq!(target.failure_of(half), format!("ends too early at line 1 column {} (truncated?)", half.len()));
    let message = target.failure_of("<!DOCTYPE html>\n<title>Not here</title>");
    assert_eq!(message, "is not JSON: expected value at line 1 column 1");
    let message = target.failure_of(format!("{whole}{whole}"));
    assert!(message.starts_with("is not JSON: trailing characters at line 1 "), "{message}");
    let message = target.failure_of(format!("\u{feff}{whole}"));
    assert_eq!(message, "starts with a byte order mark: save the file as UTF-8 without one");
    let message = target.failure_of(b"\xff\xfe[\0]\0");
    assert_eq!(message, "starts with a byte order mark: save the file as UTF-8 without one");
    let message = target.failure_of(b"[\"\xe9t\xe9\"]");
    assert_eq!(message, "is not UTF-8 at byte 3: save the file as UTF-8");
    assert_eq!(target.failure_of(r#"{"servers":[],"servers":[{}]}"#), "duplicate key \"servers\"");
    let message = target.failure_of("[".repeat(1_000_000));
    assert_eq!(message, "ends too early at line 1 column 1000000 (truncated?)");
}

#[test]
fn documents_of_another_shape() {
    let target = Target::new();
    for (content, found) in [
        (r#"{"title":"Not Found","status":404}"#, r#"an object with "status" (a number), "title" (a string)"#),
        ("{}", "an empty object"),
        ("42", "a number"),
        ("null", "null"),
        ("[1,2]", "an array whose first element is a number"),
        (
            &catalogue::server("a.b/one", "1.0.0").to_string(),
            "a single server.json document (put it into an array: [ … ])",
        ),
        (r#"{"servers":"none"}"#, r#"an object with "servers" (a string)"#),
    ] {
        let message = target.failure_of(content);
        let start =
            format!("has the wrong shape: found {found}, expected a list response {{\"servers\": […]}}, an array");
        assert!(message.starts_with(&start), "{message}");
    }
}

#[test]
fn documents_with_nothing_in_them() {
    let target = Target::new();
    for content in
        ["[]", r#"{"servers":[],"metadata":{"count":0}}"#, r#"{"servers":null}"#, r#"{"data":{"servers":[]}}"#]
    {
        assert_eq!(target.failure_of(content), "has no entries", "{content}");
    }
    for content in ["", " \n\t"] {
        assert_eq!(target.failure_of(content), "is empty: expected JSON");
    }
}

#[test]
fn bad_entries_stop_nothing() {
    let target = Target::new();
    let good = catalogue::server("a.b/good", "1.0.0");
    let entries = [
        r#"{"description":"d","version":"1.0.0"}"#,
        r#"{"name":"a.b/no-version","description":"d"}"#,
        r#"{"name":null,"description":"d","version":"1.0.0"}"#,
        r#"{"name":7,"description":"d","version":"1.0.0"}"#,
        r#"{"name":"no-slash","description":"d","version":"1.0.0"}"#,
        r#"{"name":"a.b/keys","name":"a.b/other","description":"d","version":"1.0.0"}"#,
        r#"{"name":"a.b/deep","description":"d","version":"1.0.0","repository":{"url":"https://x.example","url":"y"}}"#,
        r#"{"name":"a.b/latest","description":"d","version":"latest"}"#,
        r#"{"name":"a.b/range","description":"d","version":"^1.0.0"}"#,
        r#"{"name":"a.b/empty","description":"","version":"1.0.0"}"#,
        r#"{"name":"a.b/good","description":"again","version":"1.0.0"}"#,
        &format!(
            r#"{{"name":"a.b/nested","description":"d","version":"1.0.0","x":{}{}}}"#,
            "[".repeat(200),
            "]".repeat(200)
        ),
        "17",
        "{}",
    ];
    let (refused, imported) = target.refused(&format!("[{good},{}]", entries.join(",")));
    assert_eq!(imported, 1);
    let expected = [
        " 1.0.0: entry 2: name is missing",
        "a.b/no-version : entry 3: version is missing",
        " 1.0.0: entry 4: name is missing",
        " 1.0.0: entry 5: name: invalid type: integer `7`, expected a string",
        "no-slash 1.0.0: ",
        " : entry 7: duplicate key \"name\"",
        "a.b/deep 1.0.0: duplicate key \"url\"",
        "a.b/latest latest: version string 'latest' is reserved and cannot be used",
        "a.b/range ^1.0.0: version must be a specific version, not a range",
        "a.b/empty 1.0.0: description: must not be empty",
        "a.b/good 1.0.0: duplicate: entry 1 has the same name and version",
        "a.b/nested 1.0.0: is nested deeper than 100 levels",
        " : entry 14: the entry is a number, not an object",
        " : entry 15: name is missing",
    ];
    assert_eq!(refused.len(), expected.len(), "{refused:#?}");
    for (refused, expected) in refused.iter().zip(expected) {
        assert!(refused.starts_with(expected), "{refused}\n{expected}");
    }
    let text = "x".repeat(400 * 1024);
    let large = json!([{"name": "a.b/large", "description": text, "version": "1.0.0"}]).to_string();
    let (refused, imported) = target.refused(&large);
    assert_eq!((refused.len(), imported), (1, 0));
    assert!(refused[0].starts_with("a.b/large 1.0.0: document and _meta have "), "{}", refused[0]);
}
