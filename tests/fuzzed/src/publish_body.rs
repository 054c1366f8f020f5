//! The body of a publish.

use registry::model::{PUBLISHER_META, ServerJson, ServerName, ServerVersion};
use registry::{json, limits};
use registry_validate::{Issue, publisher_meta_bytes, semantic, structure, validate};
use serde_json::Value;

/// Largest integer up to which a float holds all.
const EXACT: u64 = 1 << 53;

/// Reads `bytes` as the body of a publish, up to what is stored.
///
/// # Panics
/// When a document does not survive storage, when the checks contradict each other, or when a document that `/validate`
/// finds valid could not be published.
pub fn publish_body(bytes: &[u8]) {
    if bytes.len() > limits::REQUEST_BYTES {
        return;
    }
    let Ok(body) = json::parse(bytes) else { return };
    let Ok(document) = structure(&body) else { return };

    let canonical = document.canonical().expect("what was read can be written");
    let stored = json::parse(canonical.as_bytes()).expect("the canonical form is strict JSON: no key is there twice");
    let again = structure(&stored).expect("the canonical form passes");
    assert_eq!(again, document, "the canonical form is another document: {canonical}");
    assert_eq!(again.canonical().ok().as_ref(), Some(&canonical), "the canonical form has a canonical form of its own");

    let errors = semantic(&document).iter().filter(|issue| issue.is_error()).count();
    let result = validate(&document);
    assert_eq!(result.valid, !result.issues.iter().any(Issue::is_error));
    assert!(semantic(&document).iter().all(|issue| result.issues.contains(issue)), "{:?}", result.issues);
    if errors == 0 {
        document.name.parse::<ServerName>().expect("a name that the validators accept");
        document.version.parse::<ServerVersion>().expect("a version that the validators accept");
    }

    remotes(&document);
    publisher_block(&document);
}

fn remotes(document: &ServerJson) {
    let urls: Vec<&str> = document.remote_urls().collect();
    let all = || document.remotes.iter().filter_map(|remote| remote.url.as_deref());
    assert!(all().all(|url| urls.contains(&url)), "a remote has no claim: {urls:?}");
    assert!(urls.iter().enumerate().all(|(at, url)| !urls.iter().skip(at + 1).any(|other| other == url)), "{urls:?}");
}

/// Go's compact JSON is serde's with five characters escaped, but for floats and for integers beyond them.
fn publisher_block(document: &ServerJson) {
    let bytes = publisher_meta_bytes(document);
    let Some(block) = document.meta.as_ref().and_then(|meta| meta.get(PUBLISHER_META)) else {
        assert_eq!(bytes, 0, "no block");
        return;
    };
    if is_exact(block) {
        let serde = block.to_string();
        let escaped: usize = ['<', '>', '&', '\u{2028}', '\u{2029}']
            .iter()
            .map(|char| serde.matches(*char).count() * (6 - char.len_utf8()))
            .sum();
        assert_eq!(bytes, serde.len() + escaped, "{serde}");
    }
}

fn is_exact(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_i64().is_some_and(|number| number.unsigned_abs() <= EXACT),
        Value::Array(elements) => elements.iter().all(is_exact),
        Value::Object(members) => members.values().all(is_exact),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}
