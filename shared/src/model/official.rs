//! The answer around a `server.json`: status, times and the latest flag.

use std::fmt::Write;

use serde_json::Value;
use utoipa::ToSchema;

use super::server_json::{Extra, ServerJson};
use super::status::Status;
use crate::time::Timestamp;

/// Key of the block that the registry itself writes into `_meta` of an answer.
pub const OFFICIAL_META: &str = "io.modelcontextprotocol.registry/official";
/// Key of the block that a publisher may write into `_meta` of a `server.json`.
pub const PUBLISHER_META: &str = "io.modelcontextprotocol.registry/publisher-provided";
/// The version string that stands for the flagged version.
pub const LATEST_ALIAS: &str = "latest";

/// One version as it is answered. Answers are put together from stored bytes; this type describes them.
#[derive(Debug, ToSchema)]
pub struct ServerResponse {
    /// What the publisher says.
    pub server: ServerJson,
    /// What the registry says.
    #[schema(rename = "_meta")]
    pub meta: ResponseMeta,
}

/// What the registry says of a version.
#[derive(Debug, ToSchema)]
pub struct ResponseMeta {
    /// The official registry's block.
    #[schema(rename = "io.modelcontextprotocol.registry/official")]
    pub official: RegistryExtensions,
}

/// Status, times and latest flag of a version.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct RegistryExtensions {
    /// Lifecycle status.
    pub status: Status,
    /// When the status changed (RFC 3339).
    #[schema(format = DateTime)]
    pub status_changed_at: String,
    /// Why the status is what it is.
    pub status_message: Option<String>,
    /// When the version was published (RFC 3339).
    #[schema(format = DateTime)]
    pub published_at: String,
    /// When anything of it changed (RFC 3339).
    #[schema(format = DateTime)]
    pub updated_at: String,
    /// Whether it is the latest version of the server.
    pub is_latest: bool,
}

/// A list of versions.
#[derive(Debug, ToSchema)]
pub struct ServerList {
    /// The entries of the page.
    pub servers: Vec<ServerResponse>,
    /// About the page.
    pub metadata: ListMetadata,
}

/// About a page.
#[derive(Debug, ToSchema)]
#[schema(as = Metadata, rename_all = "camelCase")]
pub struct ListMetadata {
    /// Cursor of the next page; absent on the last.
    pub next_cursor: Option<String>,
    /// Entries of this page.
    pub count: usize,
}

/// All that is stored of one version. Which version is the latest stands on the server's head, so the flag is an
/// argument of rendering.
#[derive(Clone, Debug, PartialEq)]
pub struct VersionState {
    /// The canonical `server.json` ([`super::ServerJson::canonical`]).
    pub document: String,
    /// `_meta` keys of the answer beside the official block, as a source gave them.
    pub meta: Extra,
    /// Lifecycle status.
    pub status: Status,
    /// Why the status is what it is; an empty text is a text.
    pub status_message: Option<String>,
    /// When the version was published; never moves.
    pub published_at: Timestamp,
    /// When anything of it changed.
    pub updated_at: Timestamp,
    /// When its status changed.
    pub status_changed_at: Timestamp,
}

impl VersionState {
    /// Remote URLs that the version holds: those of its document, each once, unless it is deleted.
    #[must_use]
    pub fn held_urls(&self) -> Vec<String> {
        // Most documents have none, and reading one takes longer than looking for the key.
        if self.status == Status::Deleted || !self.document.contains("\"remotes\"") {
            return Vec::new();
        }
        let document: Result<ServerJson, _> = serde_json::from_str(&self.document);
        document.map(|document| document.remote_urls().map(str::to_owned).collect()).unwrap_or_default()
    }

    /// The final JSON of one list entry, `{"server":…,"_meta":…}`, without a newline.
    #[must_use]
    pub fn render(&self, is_latest: bool) -> String {
        let mut json = String::with_capacity(self.document.len() + 320);
        // Writing to a String cannot fail.
        let _ = write!(
            json,
            r#"{{"server":{},"_meta":{{"{OFFICIAL_META}":{{"status":"{}","statusChangedAt":"{}""#,
            self.document, self.status, self.status_changed_at
        );
        if let Some(message) = &self.status_message {
            let _ = write!(json, r#","statusMessage":{}"#, Value::from(message.as_str()));
        }
        let _ = write!(
            json,
            r#","publishedAt":"{}","updatedAt":"{}","isLatest":{is_latest}}}"#,
            self.published_at, self.updated_at
        );
        for (key, value) in &self.meta {
            let _ = write!(json, ",{}:{value}", Value::from(key.as_str()));
        }
        json.push_str("}}");
        json
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renders_the_official_block_in_order() {
        let mut state = VersionState {
            document: r#"{"name":"a.b/cc"}"#.to_owned(),
            meta: Extra::new(),
            status: Status::Deprecated,
            status_message: Some("use \"2\"".to_owned()),
            published_at: "2025-01-01T00:00:00Z".parse().unwrap(),
            updated_at: "2025-01-02T00:00:00.5Z".parse().unwrap(),
            status_changed_at: "2025-01-03T00:00:00Z".parse().unwrap(),
        };
        assert_eq!(
            state.render(true),
            r#"{"server":{"name":"a.b/cc"},"_meta":{"io.modelcontextprotocol.registry/official":{"status":"deprecated","statusChangedAt":"2025-01-03T00:00:00Z","statusMessage":"use \"2\"","publishedAt":"2025-01-01T00:00:00Z","updatedAt":"2025-01-02T00:00:00.5Z","isLatest":true}}}"#
        );
        state.document = r#"{"name":"a.b/cc","description":"d","version":"1",
            "remotes":[{"type":"sse","url":"u"},{"type":"sse","url":"v"},{"type":"sse","url":"u"},{"type":"sse"}]}"#
            .to_owned();
        assert_eq!(state.held_urls(), ["u", "v"]);
        state.status = Status::Deleted;
        assert!(state.held_urls().is_empty());
        state.status_message = None;
        state.meta.insert("com.example/x".to_owned(), serde_json::json!({"b": 1, "a": 2}));
        assert!(state.render(false).ends_with(r#""isLatest":false},"com.example/x":{"a":2,"b":1}}}"#));
    }
}
