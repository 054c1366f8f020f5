//! Deciding on a status.

use std::fmt;

use registry::error::{ApiError, ErrorDetail};
use registry::model::{Candidate, ServerName, ServerVersion, Status, VersionState, latest_of};
use registry::store::{Owner, RemoteClaim, ServerChange, ServerState, VersionChange, Writer};
use registry::time::Timestamp;
use registry_validate::{STATUS, check};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Refusal;

/// A wanted status.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = StatusUpdateBody)]
pub(crate) struct StatusUpdate {
    /// Lifecycle status.
    pub(crate) status: Status,
    /// Why it is not active, for people; at most 500 characters. Without it, a message that is there goes.
    #[serde(default)]
    pub(crate) status_message: Option<String>,
}

/// What the audit trail says of it.
impl fmt::Display for StatusUpdate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.status_message {
            Some(message) if !message.is_empty() => write!(f, "{}: {message}", self.status),
            _ => self.status.fmt(f),
        }
    }
}

impl StatusUpdate {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub(crate) fn parse(body: &Value) -> Result<Self, Vec<ErrorDetail>> {
        let errors = check(&STATUS, body);
        if !errors.is_empty() {
            return Err(errors);
        }
        Self::deserialize(body).map_err(|error| {
            vec![ErrorDetail { message: error.to_string(), location: Some("body".to_owned()), value: None }]
        })
    }

    /// The version's state with it; `None` when nothing differs.
    fn apply(&self, state: &VersionState, now: Timestamp) -> Option<VersionState> {
        if state.status == self.status && state.status_message == self.status_message {
            return None;
        }
        let mut after = state.clone();
        after.status_message.clone_from(&self.status_message);
        after.updated_at = now;
        if state.status != self.status {
            after.status = self.status;
            after.status_changed_at = now;
        }
        Some(after)
    }

    /// A message is for what is not active.
    ///
    /// # Errors
    /// [`Refusal::MessageOnActive`].
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        if self.status == Status::Active && self.status_message.is_some() {
            return Err(Refusal::MessageOnActive);
        }
        Ok(())
    }

    /// The change that brings those of `wanted` that differ to the status; `None` when none does. The latest flag is found
    /// anew among all versions.
    ///
    /// # Errors
    /// [`Refusal::RemoteTaken`] when a version that comes back had a URL that another server has taken.
    pub(crate) async fn change(
        &self,
        table: &Writer,
        name: &ServerName,
        mut server: ServerState,
        wanted: impl Fn(&ServerVersion) -> bool,
        detail: &'static str,
    ) -> Result<Option<ServerChange>, ApiError> {
        let (before, now) = (server.head(), Timestamp::now());
        let mut versions = Vec::new();
        for (version, state) in server.versions.iter_mut().filter(|(version, _)| wanted(version)) {
            let Some(after) = self.apply(state, now) else { continue };
            let claims = RemoteClaim::between(&state.held_urls(), &after.held_urls());
            *state = after.clone();
            let version = version.clone();
            versions.push(VersionChange { version, state: after, is_new: false, claims, publisher: None });
        }
        if versions.is_empty() {
            return Ok(None);
        }
        let taken = |claim: &RemoteClaim| (claim.delta > 0).then(|| claim.url.clone());
        let mut urls: Vec<String> = versions.iter().flat_map(|version| &version.claims).filter_map(taken).collect();
        urls.sort();
        urls.dedup();
        let holders = table.remote_holders(&urls).await.map_err(ApiError::unavailable)?;
        if let Some((url, holder)) = holders.into_iter().filter(|(_, holder)| holder != name.as_str()).min() {
            return Err(Refusal::RemoteTaken { url, server: holder }.during(detail));
        }
        let candidates = server.versions.iter().map(|(version, state)| Candidate {
            version: version.as_str(),
            published: state.published_at,
            status: state.status,
        });
        let highest = latest_of(candidates).and_then(|highest| server.versions.get_key_value(highest.version));
        let latest = highest.map_or(server.latest, |(version, _)| version.clone());
        let name = name.clone();
        Ok(Some(ServerChange {
            name,
            before: Some(before),
            owner: Owner::Publisher,
            latest,
            versions,
            audit: Vec::new(),
        }))
    }
}

/// The server with all its versions, deleted ones included.
///
/// # Errors
/// 404 with `missing` as its text.
pub(crate) async fn read_server(
    table: &Writer,
    name: &ServerName,
    missing: &'static str,
) -> Result<ServerState, ApiError> {
    let server = table.server(name).await.map_err(ApiError::unavailable)?;
    server.ok_or_else(|| ApiError::not_found(missing))
}
