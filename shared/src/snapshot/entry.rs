//! One rendered entry, and the columns that the index keeps of it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::model::{Extra, OFFICIAL_META, ServerName, ServerVersion, Status, VersionState};
use crate::store::ServerState;
use crate::time::Timestamp;

/// A rendered entry with the columns that lists filter and sort by.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The version.
    pub version: ServerVersion,
    /// Name, NUL, description, in lower case: what `search` looks at.
    pub search: String,
    /// When it was published.
    pub published_at: Timestamp,
    /// When it was changed.
    pub updated_at: Timestamp,
    /// Its status.
    pub status: Status,
    /// Whether it carries the latest flag.
    pub is_latest: bool,
    /// The final JSON.
    pub json: String,
}

impl Entry {
    /// The entries of a server, in the order of lists.
    #[must_use]
    pub fn of_server(name: &ServerName, server: &ServerState) -> Vec<Self> {
        let entry = |(version, state): (&ServerVersion, &VersionState)| {
            let is_latest = *version == server.latest;
            Self {
                version: version.clone(),
                search: search_text(name, &state.document),
                published_at: state.published_at,
                updated_at: state.updated_at,
                status: state.status,
                is_latest,
                json: state.render(is_latest),
            }
        };
        server.versions.iter().map(entry).collect()
    }
}

fn search_text(name: &ServerName, document: &str) -> String {
    #[derive(Deserialize)]
    struct Described {
        #[serde(default)]
        description: String,
    }
    // A stored document was parsed before it was stored; one that cannot be read has a name to be found by.
    let described = serde_json::from_str(document).unwrap_or(Described { description: String::new() });
    let mut text = name.as_str().to_lowercase();
    text.push('\0');
    text.push_str(&described.description.to_lowercase());
    text
}

/// Reads back what [`VersionState::render`] wrote: the state, and whether the entry is the latest.
///
/// # Errors
/// When the text is no rendered entry.
pub fn parse_entry(json: &str) -> Result<(VersionState, bool), serde_json::Error> {
    #[derive(Deserialize)]
    struct Rendered<'a> {
        #[serde(borrow)]
        server: &'a RawValue,
        #[serde(borrow, rename = "_meta")]
        meta: BTreeMap<String, &'a RawValue>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Official {
        status: Status,
        status_changed_at: Timestamp,
        status_message: Option<String>,
        published_at: Timestamp,
        updated_at: Timestamp,
        is_latest: bool,
    }
    let mut rendered: Rendered<'_> = serde_json::from_str(json)?;
    let official = rendered.meta.remove(OFFICIAL_META).map_or("null", RawValue::get);
    let official: Official = serde_json::from_str(official)?;
    let meta = rendered.meta.into_iter().map(|(key, raw)| Ok((key, serde_json::from_str(raw.get())?)));
    let state = VersionState {
        document: rendered.server.get().to_owned(),
        meta: meta.collect::<Result<Extra, serde_json::Error>>()?,
        status: official.status,
        status_message: official.status_message,
        published_at: official.published_at,
        updated_at: official.updated_at,
        status_changed_at: official.status_changed_at,
    };
    Ok((state, official.is_latest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rendering_is_read_back() {
        let state = VersionState {
            document: r#"{"name":"a.b/cc","description":"Ünïcode \"quoted\""}"#.to_owned(),
            meta: Extra::from([("com.example".to_owned(), serde_json::json!({"a": [1, null]}))]),
            status: Status::Deleted,
            status_message: Some(String::new()),
            published_at: "2025-01-01T00:00:00Z".parse().unwrap(),
            updated_at: "2025-01-02T00:00:00.000001Z".parse().unwrap(),
            status_changed_at: "2025-01-03T00:00:00Z".parse().unwrap(),
        };
        for is_latest in [true, false] {
            assert_eq!(parse_entry(&state.render(is_latest)).unwrap(), (state.clone(), is_latest));
        }
        let name = "aa.B/Cc".parse().unwrap();
        assert_eq!(search_text(&name, &state.document), "aa.b/cc\0ünïcode \"quoted\"");
        assert!(parse_entry("{}").is_err());
    }
}
