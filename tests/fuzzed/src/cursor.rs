//! The query of a list, and its cursor.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use list_servers::fuzzed::List;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use registry::limits;

/// An entry that a page might end with.
const ENTRY: [&str; 2] = ["io.x/y", "1.0.0+b:1"];

/// Reads `bytes` as a query, as a cursor, and as what is inside one.
///
/// # Panics
/// When a page leads to another list than its own, or a cut cursor leads anywhere.
pub fn cursor(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(list) = List::parse(&text) {
        follow(list, &text, ENTRY);
    }
    if let Some(list) = alone(&text) {
        assert!(text.starts_with('~') || text.is_empty() || is_official(&list, &text), "{text:?} is {list:?}");
        follow(list, "", ENTRY);
    }
    // A checksum would keep mutations out.
    if let Some(list) = alone(&sealed(bytes)) {
        decoded(list);
    }
}

/// A cursor that was read leads to where it leads when it is written anew.
fn decoded(list: List) {
    let (name, version) = list.position();
    let [name, version] = [name.to_owned(), version.expect("a cursor of ours has a version").to_owned()];
    let again = list.cursor(&name, &version);
    if again.len() <= limits::CURSOR_BYTES {
        let parsed = alone(&again).expect("a cursor of ours");
        assert_eq!(parsed, list, "{again}");
        assert_eq!(parsed.cursor(&name, &version), again, "one position has one cursor");
    }
    follow(list, "", [&name, &version]);
}

/// The cursor behind an entry of `list`, which `query` asked for, leads on in that list, with the query and without.
fn follow(list: List, query: &str, [name, version]: [&str; 2]) {
    let cursor = list.cursor(name, version);
    assert!(
        cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_~".contains(&byte)),
        "{cursor} needs escapes"
    );
    // A list with longer parameters has no entry that a cursor could be behind.
    if cursor.len() > limits::CURSOR_BYTES {
        assert_eq!(alone(&cursor), None);
        return;
    }
    let cut = cursor.get(..cursor.len() - 1).expect("ASCII");
    assert_eq!(alone(cut), None, "{cut} was cut");
    let next = list.behind(name, version);
    assert_eq!(alone(&cursor).as_ref(), Some(&next), "{cursor}");
    assert_eq!(List::parse(&format!("cursor={cursor}&{query}")).as_ref(), Some(&next), "{cursor} with {query}");
}

/// `name:version`, or a name alone.
fn is_official(list: &List, text: &str) -> bool {
    match list.position() {
        (name, Some(version)) => text == format!("{name}:{version}"),
        (name, None) => text == name && !text.contains(':'),
    }
}

/// The list that a cursor alone leads to.
fn alone(cursor: &str) -> Option<List> {
    List::parse(&format!("cursor={}", utf8_percent_encode(cursor, NON_ALPHANUMERIC)))
}

/// A cursor of ours around `json`.
fn sealed(json: &[u8]) -> String {
    let checksum = xxhash_rust::xxh3::xxh3_64(json).to_le_bytes();
    let bytes: Vec<u8> = checksum.into_iter().take(4).chain(json.iter().copied()).collect();
    format!("~{}", URL_SAFE_NO_PAD.encode(bytes))
}
