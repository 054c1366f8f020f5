//! Cursors: a position, and the query that it belongs to.
//!
//! Ours are `~` and base64url of JSON with a checksum: URL-safe without escaping, since VS Code does not escape them and
//! drops the search text from the second page on. A position of the official registry's form, `name:version`, is
//! accepted too; no name begins with `~`. Both are positions in an order that never changes, so they stay valid.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use registry::limits;
use registry::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::parameters::{Filter, VersionFilter};

const PREFIX: char = '~';
const CHECKSUM_BYTES: usize = 4;

/// The last entry of the page before: a list goes on with what is greater.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) name: String,
    /// `None`: behind all versions of the server.
    pub(crate) version: Option<String>,
}

/// A parsed cursor. The default is the beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) position: Position,
    pub(crate) filter: Option<Filter>,
    pub(crate) limit: Option<usize>,
}

/// The text begins as our cursors do and is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InvalidCursor;

/// What a cursor of ours holds. Short keys: it is part of a URL.
#[derive(Serialize, Deserialize)]
struct Carried<'a> {
    n: &'a str,
    v: &'a str,
    l: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    s: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    latest: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    u: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    d: bool,
}

impl Cursor {
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidCursor> {
        if text.is_empty() {
            let position = Position { name: String::new(), version: Some(String::new()) };
            return Ok(Self { position, filter: None, limit: None });
        }
        let Some(ours) = text.strip_prefix(PREFIX) else {
            let position = match text.split_once(':') {
                Some((name, version)) => Position { name: name.to_owned(), version: Some(version.to_owned()) },
                None => Position { name: text.to_owned(), version: None },
            };
            return Ok(Self { position, filter: None, limit: None });
        };
        if text.len() > limits::CURSOR_BYTES {
            return Err(InvalidCursor);
        }
        let bytes = URL_SAFE_NO_PAD.decode(ours).map_err(|_| InvalidCursor)?;
        let (sum, json) = bytes.split_at_checked(CHECKSUM_BYTES).ok_or(InvalidCursor)?;
        if sum != checksum(json) {
            return Err(InvalidCursor);
        }
        let carried: CarriedOwned = serde_json::from_slice(json).map_err(|_| InvalidCursor)?;
        if !(1..=limits::PAGE_MAX).contains(&carried.l) {
            return Err(InvalidCursor);
        }
        Ok(Self {
            position: Position { name: carried.n, version: Some(carried.v) },
            filter: Some(Filter {
                search: carried.s,
                version: match carried.e {
                    Some(version) => VersionFilter::Exactly(version),
                    None if carried.latest => VersionFilter::Latest,
                    None => VersionFilter::All,
                },
                updated_since: carried.u,
                include_deleted: carried.d,
            }),
            limit: Some(carried.l),
        })
    }

    /// The cursor behind the entry `name`, `version` of a list.
    pub(crate) fn render(filter: &Filter, limit: usize, name: &str, version: &str) -> String {
        let carried = Carried {
            n: name,
            v: version,
            l: limit,
            s: filter.search.clone(),
            e: match &filter.version {
                VersionFilter::Exactly(version) => Some(version.clone()),
                VersionFilter::All | VersionFilter::Latest => None,
            },
            latest: filter.version == VersionFilter::Latest,
            u: filter.updated_since,
            d: filter.include_deleted,
        };
        let json = serde_json::to_vec(&carried).unwrap_or_default();
        let mut bytes = checksum(&json).to_vec();
        bytes.extend_from_slice(&json);
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }
}

#[derive(Deserialize)]
struct CarriedOwned {
    n: String,
    v: String,
    l: usize,
    s: Option<String>,
    e: Option<String>,
    #[serde(default)]
    latest: bool,
    u: Option<Timestamp>,
    #[serde(default)]
    d: bool,
}

/// Tells a cut or mistyped cursor from a whole one. A cursor is no secret and grants nothing, so it is not signed.
fn checksum(json: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let [a, b, c, d, ..] = xxhash_rust::xxh3::xxh3_64(json).to_le_bytes();
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filters() -> impl Iterator<Item = Filter> {
        let searches = [None, Some("pöst gres&#+%".to_owned())];
        let versions = [VersionFilter::All, VersionFilter::Latest, VersionFilter::Exactly("1.0.0+b1".to_owned())];
        let times = [None, Some("2025-08-07T13:15:04.28Z".parse().unwrap())];
        searches.into_iter().flat_map(move |search| {
            let times = times;
            versions.clone().into_iter().flat_map(move |version| {
                let (search, version) = (search.clone(), version);
                times.into_iter().map(move |updated_since| Filter {
                    search: search.clone(),
                    version: version.clone(),
                    updated_since,
                    include_deleted: updated_since.is_some(),
                })
            })
        })
    }

    #[test]
    fn carries_query_and_position_in_url_safe_characters() {
        for filter in filters() {
            let text = Cursor::render(&filter, 50, "io.x/y", "1:0&b");
            assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte)), "{text}");
            let cursor = Cursor::parse(&text).unwrap();
            let position = Position { name: "io.x/y".to_owned(), version: Some("1:0&b".to_owned()) };
            assert_eq!(cursor, Cursor { position, filter: Some(filter), limit: Some(50) });
        }
    }

    #[test]
    fn accepts_official_positions() {
        let position = |text| Cursor::parse(text).unwrap().position;
        assert_eq!(position("io.x/y:1.0:2"), Position { name: "io.x/y".into(), version: Some("1.0:2".into()) });
        assert_eq!(position("zzz"), Position { name: "zzz".into(), version: None });
        assert_eq!(position(":"), Position { name: String::new(), version: Some(String::new()) });
    }

    #[test]
    fn refuses_cut_and_forged_ones() {
        let text = Cursor::render(&Filter::default(), 30, "io.x/y", "1");
        for broken in [&text[..text.len() - 3], "~", "~AAAA", "~%%%", "~AAAAAAAAAAAAAAAA"] {
            assert_eq!(Cursor::parse(broken), Err(InvalidCursor), "{broken}");
        }
    }
}
