//! What fuzzing reaches of the parameters of a search.

use registry::search::{After, Query};

use crate::{cursor, parameters};

/// Reads a raw query string; `None` if it is refused.
#[must_use]
pub fn parse(raw: &str) -> Option<Query> {
    parameters::parse(raw).ok()
}

/// The cursor behind the server `name` of a page of `query`, and the page of the same search behind it.
#[must_use]
pub fn behind(query: &Query, name: &str, key: i64) -> (String, Query) {
    let cursor = cursor::render(query, name, key);
    (cursor, Query { after: Some(After { key, name: name.to_owned() }), ..query.clone() })
}
