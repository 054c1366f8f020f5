//! One entry of a source: `{"server":…,"_meta":…}`, or the bare document.

use registry::json;
use registry::limits;
use registry::model::{Extra, OFFICIAL_META, ServerName, ServerVersion, Status};
use registry::time::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::collector::{Collector, Label};
use super::document::{self, Document};
use super::refusal::Refusal;

/// One entry as a source gave it. What the source does not say is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceEntry {
    /// Name of the server.
    pub name: ServerName,
    /// The version that the document describes.
    pub version: ServerVersion,
    /// The document in canonical form ([`registry::model::ServerJson::canonical`]).
    pub document: String,
    /// Remote URLs of the document, each once.
    pub remote_urls: Vec<String>,
    /// `_meta` keys of the entry beside the official block.
    pub meta: Extra,
    /// Lifecycle status.
    pub status: Option<Status>,
    /// Why the status is what it is.
    pub status_message: Option<String>,
    /// When the version was published.
    pub published_at: Option<Timestamp>,
    /// When anything of it changed.
    pub updated_at: Option<Timestamp>,
    /// When its status changed.
    pub status_changed_at: Option<Timestamp>,
    /// Whether the source calls it the latest version of its server.
    pub is_latest: Option<bool>,
}

/// An entry that is JSON, in its parts.
pub(super) struct EntryParts {
    pub(super) server: Value,
    meta: Option<Value>,
}

impl EntryParts {
    /// An entry that is a document and nothing else.
    pub(super) fn bare(server: Value) -> Self {
        Self { server, meta: None }
    }
}

/// The block of the registry that the entry comes from.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct OfficialBlock {
    status: Option<Status>,
    status_message: Option<String>,
    published_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    status_changed_at: Option<Timestamp>,
    is_latest: Option<bool>,
}

/// Reads entries of the official forms, wrapped and bare ones.
pub(super) fn read_all(elements: &[&RawValue], collector: &mut Collector) {
    for raw in elements {
        let entry = parts(raw, collector).and_then(|parts| accept(&parts));
        collector.add(entry, || Label::of(raw));
    }
}

/// Reads one entry as far as JSON goes.
pub(super) fn parts(raw: &RawValue, collector: &mut Collector) -> Result<EntryParts, Refusal> {
    let Value::Object(mut entry) = json::parse(raw.get().as_bytes())? else {
        return Err(Refusal::NotAnObject(json::kind(raw)));
    };
    if entry.contains_key("name") {
        return Ok(EntryParts::bare(entry.into()));
    }
    let Some(server) = entry.remove("server") else {
        return Ok(EntryParts::bare(entry.into()));
    };
    if !server.is_object() {
        return Err(Refusal::Field { path: "server".to_owned(), problem: "must be an object".to_owned() });
    }
    let meta = entry.remove("_meta");
    collector.ignore(entry.into_iter().map(|(key, _)| key));
    Ok(EntryParts { server, meta })
}

/// Checks an entry.
pub(super) fn accept(parts: &EntryParts) -> Result<SourceEntry, Refusal> {
    let Document { name, version, text, remote_urls } = document::read(&parts.server)?;
    let mut meta: Extra = match &parts.meta {
        Some(meta) => document::typed::<Option<Extra>>(meta, "_meta")?.unwrap_or_default(),
        None => Extra::new(),
    };
    let official = match meta.remove(OFFICIAL_META) {
        Some(block) => document::typed::<Option<OfficialBlock>>(&block, &format!("_meta.{OFFICIAL_META}"))?,
        None => None,
    };
    let official = official.unwrap_or_default();
    if let Some(chars) = official.status_message.as_ref().map(|message| message.chars().count())
        && chars > limits::STATUS_MESSAGE_CHARS
    {
        return Err(Refusal::StatusMessage(chars));
    }
    // Both are stored in one DynamoDB item.
    let bytes = text.len() + meta.iter().map(|(key, value)| key.len() + value.to_string().len()).sum::<usize>();
    if bytes > limits::DOCUMENT_BYTES {
        return Err(Refusal::TooLarge(bytes));
    }
    Ok(SourceEntry {
        name,
        version,
        document: text,
        remote_urls,
        meta,
        status: official.status,
        status_message: official.status_message,
        published_at: official.published_at,
        updated_at: official.updated_at,
        status_changed_at: official.status_changed_at,
        is_latest: official.is_latest,
    })
}
