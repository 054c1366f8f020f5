//! The formats in which sources hold servers, told apart by their content.

mod collector;
mod document;
mod entry;
mod list_response;
mod plain;
mod refusal;
mod toolhive_legacy;
mod toolhive_upstream;
mod wrapped;

use std::collections::{BTreeMap, BTreeSet};

use registry::json::{self, JsonError, Parts};
use serde::Serialize;
use serde_json::value::RawValue;

pub(crate) use collector::Collector;
pub use entry::SourceEntry;
pub use refusal::Refused;

/// The shape of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// The official list response: `{"servers":[…],"metadata":{…}}`.
    ListResponse,
    /// An array of `{"server":…,"_meta":…}`.
    Wrapped,
    /// An array of `server.json` documents.
    Plain,
    /// ToolHive's old catalogue: objects `servers` and `remote_servers`, keyed by short name.
    ToolHiveLegacy,
    /// ToolHive's catalogue of today: `{"data":{"servers":[…]}}`.
    ToolHiveUpstream,
}

/// What a source holds.
#[derive(Debug)]
pub struct Reading {
    /// The shape that was found.
    pub format: Format,
    /// Entries found: accepted and refused.
    pub read: usize,
    /// The accepted entries, each name and version once, in the order of the source.
    pub entries: Vec<SourceEntry>,
    /// The refused entries.
    pub refused: Vec<Refused>,
    /// Where a list response continues.
    pub next_cursor: Option<String>,
    /// Fields beside `server` and `_meta` of entries, and beside the server lists of catalogues: the official format
    /// has no place for them.
    pub ignored: BTreeSet<String>,
}

/// Why nothing of a source can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// The bytes are not the JSON that is read here.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// It is JSON, but of no known shape.
    #[error("has the wrong shape: found {found}, expected {expected}")]
    WrongShape {
        /// What the source holds.
        found: String,
        /// What could be read.
        expected: &'static str,
    },
    /// The shape is known, and there is nothing in it.
    #[error("has no entries; what was imported before is kept")]
    Empty,
}

const FILE_SHAPES: &str = "a list response {\"servers\": […]}, an array of {\"server\", \"_meta\"} entries, an array of \
                           server.json documents, or a ToolHive catalogue ({\"servers\": {…}, \"remote_servers\": {…}} \
                           or {\"data\": {\"servers\": […]}})";

/// Reads a whole source.
///
/// # Errors
/// See [`FormatError`]. A bad entry is no error: it is in [`Reading::refused`].
pub fn read(bytes: &[u8]) -> Result<Reading, FormatError> {
    let mut collector = Collector::default();
    let mut next_cursor = None;
    let parts = json::split(bytes)?;
    let format = match &parts {
        Parts::Array(elements) if elements.is_empty() => return Err(FormatError::Empty),
        Parts::Array(elements) if wrapped::matches(elements) => {
            wrapped::read(elements, &mut collector);
            Format::Wrapped
        }
        Parts::Array(elements) if plain::matches(elements) => {
            plain::read(elements, &mut collector);
            Format::Plain
        }
        Parts::Object(members) if toolhive_upstream::matches(members) => {
            toolhive_upstream::read(members, &mut collector)?;
            Format::ToolHiveUpstream
        }
        Parts::Object(members) if list_response::matches(members) => {
            next_cursor = list_response::read(members, &mut collector)?;
            Format::ListResponse
        }
        Parts::Object(members) if toolhive_legacy::matches(members) => {
            toolhive_legacy::read(members, &mut collector)?;
            Format::ToolHiveLegacy
        }
        _ => return Err(wrong_shape(&parts, FILE_SHAPES)),
    };
    let reading = collector.into_reading(format, next_cursor);
    if reading.read == 0 { Err(FormatError::Empty) } else { Ok(reading) }
}

/// Reads one page of a registry API and returns where the next one begins. A page may be empty.
pub(crate) fn read_page(bytes: &[u8], collector: &mut Collector) -> Result<Option<String>, FormatError> {
    match json::split(bytes)? {
        Parts::Object(members) if list_response::matches(&members) => list_response::read(&members, collector),
        parts => Err(wrong_shape(&parts, "a list response {\"servers\": […], \"metadata\": {…}}")),
    }
}

type Members<'a> = BTreeMap<String, &'a RawValue>;

fn kind_of<'a>(members: &Members<'a>, key: &str) -> Option<&'static str> {
    members.get(key).map(|raw| json::kind(raw))
}

fn wrong_shape(parts: &Parts<'_>, expected: &'static str) -> FormatError {
    let found = match parts {
        Parts::Scalar(kind) => (*kind).to_owned(),
        Parts::Array(elements) => {
            format!("an array whose first element is {}", elements.first().map_or("missing", |raw| json::kind(raw)))
        }
        Parts::Object(members) if members.contains_key("name") && members.contains_key("version") => {
            "a single server.json document (put it into an array: [ … ])".to_owned()
        }
        Parts::Object(members) => found_members(members),
    };
    FormatError::WrongShape { found, expected }
}

fn found_members(members: &Members<'_>) -> String {
    const SHOWN: usize = 5;
    if members.is_empty() {
        return "an empty object".to_owned();
    }
    let shown: Vec<String> = members
        .iter()
        .take(SHOWN)
        .map(|(key, raw)| format!("{:?} ({})", key.chars().take(40).collect::<String>(), json::kind(raw)))
        .collect();
    let more = if members.len() > SHOWN { ", …" } else { "" };
    format!("an object with {}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        read(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn says_what_it_found_and_what_it_accepts() {
        assert_eq!(
            message(r#"{"title":"Not Found","status":404}"#),
            format!(
                "has the wrong shape: found an object with \"status\" (a number), \"title\" (a string), expected {FILE_SHAPES}"
            )
        );
        for (text, found) in [
            ("7", "a number"),
            ("\"x\"", "a string"),
            ("{}", "an empty object"),
            ("[1, 2]", "an array whose first element is a number"),
            (r#"{"name":"a.b/cc","version":"1"}"#, "a single server.json document (put it into an array: [ … ])"),
            (r#"{"servers":7}"#, "an object with \"servers\" (a number)"),
            (r#"{"data":{"x":1}}"#, "`data` without an array `servers`"),
        ] {
            let message = message(text);
            assert!(message.starts_with(&format!("has the wrong shape: found {found}, expected a ")), "{message}");
        }
    }

    #[test]
    fn nothing_is_an_error() {
        for text in [
            "[]",
            r#"{"servers":[]}"#,
            r#"{"servers":null,"metadata":{"count":0}}"#,
            r#"{"servers":{},"remote_servers":{}}"#,
            r#"{"version":"1.0.0","meta":{},"data":{"servers":[]}}"#,
        ] {
            assert_eq!(message(text), "has no entries; what was imported before is kept", "{text}");
        }
    }

    #[test]
    fn damage_of_the_whole_is_an_error() {
        assert_eq!(message(r#"{"servers":[],"servers":[]}"#), "duplicate key \"servers\"");
        assert_eq!(message(r#"[{"name":"a.b/cc","#), "ends too early at line 1 column 18 (truncated?)");
        assert_eq!(message("\u{feff}[]"), "starts with a byte order mark: save the file as UTF-8 without one");
        assert_eq!(message(r#"{"servers":{"a":{},"a":{}}}"#), "duplicate key \"a\"");
    }

    #[test]
    fn a_page_is_a_list_response_and_may_be_empty() {
        let mut collector = Collector::default();
        assert_eq!(read_page(br#"{"servers":[],"metadata":{"count":0}}"#, &mut collector), Ok(None));
        let next = read_page(br#"{"servers":null,"metadata":{"nextCursor":"a:1"}}"#, &mut collector);
        assert_eq!(next, Ok(Some("a:1".to_owned())));
        let error = read_page(b"[]", &mut collector).unwrap_err();
        assert!(
            error.to_string().ends_with("expected a list response {\"servers\": […], \"metadata\": {…}}"),
            "{error}"
        );
    }
}
