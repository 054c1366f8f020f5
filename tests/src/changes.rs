//! Versions and changes of servers, as short as tests want to write them.

use registry::model::{Candidate, ServerJson, ServerName, ServerVersion, Status, VersionState, latest_of};
use registry::store::{Owner, RemoteClaim, ServerChange, ServerState, VersionChange};
use registry::time::Timestamp;
use serde_json::{Value, json};

/// A time, as RFC 3339.
#[must_use]
pub fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// The smallest document of a version.
#[must_use]
pub fn server_json(name: &str, version: &str) -> Value {
    json!({"name": name, "description": format!("About {name}"), "version": version})
}

/// One version of a server, as it will be stored.
#[derive(Clone, Debug)]
pub struct Version {
    /// The server.
    pub name: ServerName,
    /// The version.
    pub version: ServerVersion,
    /// Its state.
    pub state: VersionState,
}

impl Version {
    /// An active version with the smallest document, published on New Year 2026.
    #[must_use]
    pub fn new(name: &str, version: &str) -> Self {
        let at = time("2026-01-01T00:00:00Z");
        let state = VersionState {
            document: String::new(),
            meta: Default::default(),
            status: Status::Active,
            status_message: None,
            published_at: at,
            updated_at: at,
            status_changed_at: at,
        };
        let this = Self { name: name.parse().expect("a name"), version: version.parse().expect("a version"), state };
        this.document(&server_json(name, version))
    }

    /// With another document.
    #[must_use]
    pub fn document(mut self, document: &Value) -> Self {
        let document: ServerJson = serde_json::from_value(document.clone()).expect("a server.json");
        self.state.document = document.canonical().expect("canonical JSON");
        self
    }

    /// With one more or another field of the document.
    #[must_use]
    pub fn with(self, field: &str, value: Value) -> Self {
        let mut document: Value = serde_json::from_str(&self.state.document).expect("a document");
        document.as_object_mut().expect("an object").insert(field.to_owned(), value);
        self.document(&document)
    }

    /// With another description.
    #[must_use]
    pub fn description(self, text: &str) -> Self {
        self.with("description", text.into())
    }

    /// With remote URLs.
    #[must_use]
    pub fn remotes(self, urls: &[&str]) -> Self {
        let remotes = urls.iter().map(|url| json!({"type": "streamable-http", "url": url})).collect();
        self.with("remotes", remotes)
    }

    /// With another status.
    #[must_use]
    pub fn status(mut self, status: Status) -> Self {
        self.state.status = status;
        self
    }

    /// Published, and not changed since, at another time.
    #[must_use]
    pub fn published(mut self, at: &str) -> Self {
        self.state.published_at = time(at);
        self.updated(at)
    }

    /// Changed at another time.
    #[must_use]
    pub fn updated(mut self, at: &str) -> Self {
        self.state.updated_at = time(at);
        self
    }
}

/// The change that writes `versions` of one server, of which `before` is the state. Without `latest` the highest version
/// is the latest.
#[must_use]
pub fn change(before: Option<&ServerState>, versions: &[Version], latest: Option<&str>) -> ServerChange {
    let first = versions.first().expect("a version");
    let mut all = before.map(|state| state.versions.clone()).unwrap_or_default();
    let mut written = Vec::new();
    for version in versions {
        let stored = all.insert(version.version.clone(), version.state.clone());
        let held = stored.as_ref().map(VersionState::held_urls).unwrap_or_default();
        written.push(VersionChange {
            version: version.version.clone(),
            state: version.state.clone(),
            is_new: stored.is_none(),
            claims: RemoteClaim::between(&held, &version.state.held_urls()),
            publisher: None,
        });
    }
    let candidates = all.iter().map(|(version, state)| Candidate {
        version: version.as_str(),
        published: state.published_at,
        status: state.status,
    });
    let highest = latest_of(candidates).map(|candidate| candidate.version.to_owned());
    let latest = latest.map_or(highest, |latest| Some(latest.to_owned())).expect("a latest version");
    ServerChange {
        audit: Vec::new(),
        name: first.name.clone(),
        before: before.map(ServerState::head),
        owner: before.map_or(Owner::Publisher, |state| state.owner.clone()),
        latest: latest.parse().expect("a version"),
        versions: written,
    }
}
