//! Deciding on a document: a new version, or another content of one.

use std::collections::HashMap;

use registry::error::ApiError;
use registry::limits;
use registry::model::{Candidate, Extra, ServerJson, ServerName, ServerVersion, Status, VersionState, is_higher};
use registry::store::{Head, Owner, RemoteClaim, ServerChange, StoredVersion, VersionChange, Writer};
use registry::time::Timestamp;
use registry_auth::Claims;
use registry_validate::limits::PUBLISHER_META_BYTES;
use registry_validate::publisher_meta_bytes;

use super::lookalikes::warnings;
use super::{Decision, Outcome, Refusal};
use crate::State;
use crate::caller::Caller;

/// A valid document on its way into the table.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) name: ServerName,
    pub(crate) version: ServerVersion,
    document: String,
    urls: Vec<String>,
    publisher: String,
}

impl Draft {
    /// Makes a draft of a document that passed the validators.
    ///
    /// # Errors
    /// 400 for what is too large.
    pub(crate) fn new(
        name: ServerName,
        version: ServerVersion,
        document: &ServerJson,
        claims: &Claims,
        detail: &'static str,
    ) -> Result<Self, ApiError> {
        let meta = publisher_meta_bytes(document);
        if meta > PUBLISHER_META_BYTES {
            return Err(Refusal::PublisherMeta(meta).during(detail));
        }
        let urls: Vec<String> = document.remote_urls().map(str::to_owned).collect();
        if urls.len() > limits::REMOTES_PER_VERSION {
            return Err(Refusal::TooManyRemotes(urls.len()).during(detail));
        }
        let document = document.canonical().map_err(|error| ApiError::internal(detail, error))?;
        if document.len() > limits::DOCUMENT_BYTES {
            return Err(Refusal::DocumentTooLarge(document.len()).during(detail));
        }
        Ok(Self {
            name,
            version,
            document,
            urls,
            publisher: format!("{} {}", claims.auth_method, claims.auth_method_sub),
        })
    }

    /// Whether this very publish is stored already: its answer was lost on the way.
    pub(crate) fn is_repeat_of(&self, stored: &StoredVersion, now: Timestamp) -> bool {
        let StoredVersion { state, publisher } = stored;
        publisher.as_ref() == Some(&self.publisher)
            && state.document == self.document
            && state.updated_at == state.published_at
            && now.as_micros() - state.published_at.as_micros() <= limits::REPEAT_SECONDS * 1_000_000
    }

    /// Decides on publishing it.
    ///
    /// # Errors
    /// 429; 400 by the official rules in their order: remote URLs, number of versions, duplicate.
    pub(crate) async fn publish(
        &self,
        state: &State,
        caller: &Caller,
        detail: &'static str,
    ) -> Result<Decision, ApiError> {
        let table = &state.table;
        let seen = table.publication(&self.name, &self.version, &self.urls).await.map_err(ApiError::unavailable)?;
        let now = Timestamp::now();
        if let Some(stored) = seen.stored.as_ref().filter(|stored| self.is_repeat_of(stored, now)) {
            let is_latest = seen.head.is_some_and(|head| head.latest == self.version);
            return Ok(Decision::Done(Box::new(Outcome {
                state: stored.state.clone(),
                is_latest,
                warnings: Vec::new(),
            })));
        }
        let is_new = seen.head.is_none();
        state.count(caller, is_new).await?;
        let warnings = warnings(&self.name, seen.lookalike.as_deref().filter(|_| is_new));
        self.check_remotes(&seen.holders).map_err(|refusal| refusal.during(detail))?;
        if seen.head.as_ref().is_some_and(|head| head.versions >= limits::VERSIONS_PER_SERVER) {
            return Err(Refusal::TooManyVersions.during(detail));
        }
        if seen.stored.is_some() {
            return Err(Refusal::Duplicate.during(detail));
        }
        let latest = match &seen.head {
            Some(head) => self.latest(table, head, now).await?,
            None => self.version.clone(),
        };
        let state = VersionState {
            document: self.document.clone(),
            meta: Extra::new(),
            status: Status::Active,
            status_message: None,
            published_at: now,
            updated_at: now,
            status_changed_at: now,
        };
        let claims = RemoteClaim::between(&[], &self.urls);
        let (version, publisher) = (self.version.clone(), Some(self.publisher.clone()));
        let version = VersionChange { version, state, is_new: true, claims, publisher };
        Ok(Decision::Commit { change: self.change(seen.head, latest, version), warnings })
    }

    /// Decides on putting it in the place of the stored document. Status and times of the version stay, but for when it was
    /// updated.
    ///
    /// # Errors
    /// 404 for a version that is not stored or is deleted, 429, 400 for a remote URL that another server holds.
    pub(crate) async fn edit(
        &self,
        state: &State,
        caller: &Caller,
        detail: &'static str,
    ) -> Result<Decision, ApiError> {
        let seen =
            state.table.publication(&self.name, &self.version, &self.urls).await.map_err(ApiError::unavailable)?;
        let stored = seen.stored.filter(|stored| stored.state.status != Status::Deleted);
        let (Some(stored), Some(head)) = (stored, seen.head) else { return Err(ApiError::server_not_found()) };
        state.count(caller, false).await?;
        self.check_remotes(&seen.holders).map_err(|refusal| refusal.during(detail))?;
        let claims = RemoteClaim::between(&stored.state.held_urls(), &self.urls);
        let state = VersionState { document: self.document.clone(), updated_at: Timestamp::now(), ..stored.state };
        let version = VersionChange { version: self.version.clone(), state, is_new: false, claims, publisher: None };
        let latest = head.latest.clone();
        Ok(Decision::Commit { change: self.change(Some(head), latest, version), warnings: Vec::new() })
    }

    /// A change through the API makes the server the publishers' own: from then on, its source does not change it.
    fn change(&self, before: Option<Head>, latest: ServerVersion, version: VersionChange) -> ServerChange {
        let name = self.name.clone();
        ServerChange { name, before, owner: Owner::Publisher, latest, versions: vec![version], audit: Vec::new() }
    }

    fn check_remotes(&self, holders: &HashMap<String, String>) -> Result<(), Refusal> {
        let taken = |url: &&String| holders.get(*url).filter(|server| *server != self.name.as_str()).cloned();
        match self.urls.iter().find_map(|url| Some((url, taken(&url)?))) {
            Some((url, server)) => Err(Refusal::RemoteTaken { url: url.clone(), server }),
            None => Ok(()),
        }
    }

    async fn latest(&self, table: &Writer, head: &Head, now: Timestamp) -> Result<ServerVersion, ApiError> {
        let current = table.version(&self.name, &head.latest).await.map_err(ApiError::unavailable)?;
        let Some(StoredVersion { state: current, .. }) = current else { return Ok(self.version.clone()) };
        let new = Candidate { version: self.version.as_str(), published: now, status: Status::Active };
        let flagged =
            Candidate { version: head.latest.as_str(), published: current.published_at, status: current.status };
        // Only where all are deleted does a deleted version have the flag: any new one is worth more.
        let wins = current.status == Status::Deleted || is_higher(&new, &flagged);
        Ok(if wins { self.version.clone() } else { head.latest.clone() })
    }
}
