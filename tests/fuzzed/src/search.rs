//! The query of a ranked search, and its cursor.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use list_servers::fuzzed::List;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use registry::limits;
use registry::search::{After, Facet, Query};
use registry::time::Timestamp;
use search::fuzzed::{behind, parse};

/// A server that a page might end with, and what it might be ordered by.
const SERVER: (&str, i64) = ("io.x/y", -7);

/// Reads `bytes` as a query, as a cursor, and as what is inside one.
///
/// # Panics
/// When a query is beyond the limits or has a second form, when a page leads to another search than its own or to a list, or
/// when a cut cursor leads anywhere.
pub fn search(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(query) = parse(&text) {
        within_limits(&query);
        if query.after.is_none() {
            one_form(&query);
            follow(&query, &text);
        } else {
            decoded(&query);
        }
    }
    if let Some(query) = alone(&text) {
        assert!(text.starts_with('~') || text.is_empty(), "{text:?} is {query:?}");
        if !text.is_empty() {
            decoded(&query);
        }
    }
    // A checksum would keep mutations out.
    if let Some(query) = alone(&sealed(bytes)) {
        within_limits(&query);
        decoded(&query);
    }
    if let Some(list) = List::parse(&text) {
        let cursor = list.cursor(SERVER.0, "1.0.0");
        assert_eq!(alone(&cursor), None, "{cursor} is one of a list");
    }
}

/// What bounds the work of a search, wherever the query came from.
fn within_limits(query: &Query) {
    let filters: usize = query.filters.values.iter().flat_map(|(_, values)| values).map(String::len).sum();
    assert!(query.text.len() <= limits::SEARCH_BYTES, "{query:?}");
    assert!(query.words() <= limits::SEARCH_WORDS, "{query:?}");
    assert!(filters <= limits::SEARCH_FILTER_BYTES, "{query:?}");
    assert!((1..=limits::PAGE_MAX).contains(&query.limit), "{query:?}");
}

/// What was read of a query without a cursor is in one order, and is read again as it is when it is written as a query.
fn one_form(query: &Query) {
    let mut pairs = vec![("q", query.text.clone()), ("sort", query.sort.name().to_owned())];
    pairs.push(("limit", query.limit.to_string()));
    let times = [("updated_since", query.filters.updated_since), ("updated_until", query.filters.updated_until)];
    for (name, time) in times {
        let text = |micros| Timestamp::from_micros(micros).expect("a time that was read").to_string();
        pairs.extend(time.map(|micros| (name, text(micros))));
    }
    let mut facets = Facet::ALL.iter();
    for (facet, values) in &query.filters.values {
        assert!(facets.any(|next| next == facet), "{query:?} is in another order");
        assert!((1..=limits::SEARCH_FILTER_VALUES).contains(&values.len()), "{query:?}");
        assert!(values.is_sorted_by(|one, next| one < next), "{query:?}");
        assert!(values.iter().all(|value| (1..=limits::SEARCH_VALUE_BYTES).contains(&value.len())), "{query:?}");
        pairs.push((facet.parameter(), values.join(",")));
    }
    let written: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    let written = written.join("&");
    assert_eq!(parse(&written).as_ref(), Some(query), "{written}");
}

/// The cursor behind a server of what `raw` asked for leads on in that search, with the query and without.
fn follow(query: &Query, raw: &str) {
    let (cursor, next) = behind(query, SERVER.0, SERVER.1);
    assert!(cursor.len() <= limits::SEARCH_CURSOR_BYTES, "{query:?} has no second page");
    leads_to(&cursor, &next);
    assert_eq!(parse(&format!("cursor={cursor}&{raw}")).as_ref(), Some(&next), "{cursor} with {raw}");
}

/// A cursor that was read leads to where it leads when it is written anew.
fn decoded(query: &Query) {
    let After { key, name } = query.after.as_ref().expect("a cursor of ours has a position");
    let (again, same) = behind(query, name, *key);
    assert_eq!(&same, query);
    // Another form of the same may be shorter than ours.
    if again.len() <= limits::SEARCH_CURSOR_BYTES {
        leads_to(&again, query);
    }
}

fn leads_to(cursor: &str, next: &Query) {
    assert!(
        cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_~".contains(&byte)),
        "{cursor} needs escapes"
    );
    assert_eq!(alone(cursor).as_ref(), Some(next), "{cursor}");
    assert_eq!(List::parse(&format!("cursor={cursor}")), None, "{cursor} is one of a search");
    let (cut, last) = cursor.split_at(cursor.len() - 1);
    assert_eq!(alone(cut), None, "{cut} was cut");
    let mistyped = format!("{}{last}", cut.replacen(|char: char| char.is_ascii_digit(), "A", 1));
    assert_eq!(alone(&mistyped).is_some(), mistyped == cursor, "{mistyped} was mistyped");
}

/// The search that a cursor alone leads to.
fn alone(cursor: &str) -> Option<Query> {
    parse(&format!("cursor={}", escaped(cursor)))
}

fn escaped(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// A cursor of ours around `json`.
fn sealed(json: &[u8]) -> String {
    let checksum = xxhash_rust::xxh3::xxh3_64(json).to_le_bytes();
    let bytes: Vec<u8> = checksum.into_iter().take(4).chain(json.iter().copied()).collect();
    format!("~{}", URL_SAFE_NO_PAD.encode(bytes))
}
