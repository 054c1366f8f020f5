//! Deciding what to write of one server.

use std::collections::BTreeMap;

use registry::limits;
use registry::model::{Candidate, ServerName, ServerVersion, Status, VersionState, latest_of};
use registry::store::{Owner, RemoteClaim, ServerChange, ServerState, VersionChange};
use registry::time::Timestamp;

use super::remotes::Remotes;
use crate::format::{Refused, SourceEntry};
use crate::report::SHADOWED;

/// What to do with the entries of one server.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) name: ServerName,
    /// The entries, in case that it must be planned again.
    pub(super) entries: Vec<SourceEntry>,
    /// What to write; `None` when nothing differs.
    pub(super) change: Option<ServerChange>,
    /// Entries that the change writes; 0 for one that only moves the latest flag.
    pub(super) written: usize,
    /// Entries that were written.
    pub(super) committed: usize,
    pub(super) unchanged: usize,
    pub(super) refused: Vec<Refused>,
}

impl Planned {
    /// Notes that so many versions of the change are in the table.
    pub(super) fn note_committed(&mut self, versions: usize) {
        if self.written > 0 {
            self.committed += versions;
        }
    }

    /// Follows a plan of which so many entries were written before it lost a race: this one found them unchanged.
    pub(super) fn follow(&mut self, committed: usize) {
        self.committed = committed;
        self.unchanged = self.unchanged.saturating_sub(committed);
    }
}

/// Decides by the server's present state.
pub(super) fn plan(
    source: &str,
    name: ServerName,
    state: Option<ServerState>,
    entries: Vec<SourceEntry>,
    now: Timestamp,
    remotes: &mut Remotes,
) -> Planned {
    let owner = Owner::Source(source.to_owned());
    let mut planned = Planned {
        name: name.clone(),
        entries: Vec::new(),
        change: None,
        written: 0,
        committed: 0,
        unchanged: 0,
        refused: Vec::new(),
    };
    if let Some(state) = &state
        && state.owner != owner
    {
        let reason = format!("{SHADOWED} the server belongs to {}, which brought it first", state.owner);
        planned.refused = entries.iter().map(|entry| refused(entry, reason.clone())).collect();
        planned.entries = entries;
        return planned;
    }
    let before = state.as_ref().map(ServerState::head);
    let current_latest = state.as_ref().map(|state| state.latest.clone());
    let mut versions = state.map(|state| state.versions).unwrap_or_default();
    let mut changes: Vec<VersionChange> = Vec::new();
    let mut flagged: Vec<ServerVersion> = Vec::new();
    for entry in &entries {
        let stored = versions.get(&entry.version);
        if stored.is_none() && versions.len() >= limits::VERSIONS_PER_SERVER {
            let reason = format!("the server has {} versions, which is the most", limits::VERSIONS_PER_SERVER);
            planned.refused.push(refused(entry, reason));
            continue;
        }
        let after = state_after(entry, stored, now);
        let (held_before, held_after) =
            (stored.map(VersionState::held_urls).unwrap_or_default(), held_by(entry, after.status));
        let claims = RemoteClaim::between(&held_before, &held_after);
        if !claims.is_empty()
            && let Some((url, holder)) = remotes.conflict(&name, &held_after)
        {
            planned.refused.push(refused(entry, format!("remote URL {url} is already used by server {holder}")));
            continue;
        }
        if entry.is_latest == Some(true) {
            flagged.push(entry.version.clone());
        }
        if stored == Some(&after) {
            planned.unchanged += 1;
            continue;
        }
        remotes.take(&name, &held_after);
        let is_new = stored.is_none();
        let (version, state) = (entry.version.clone(), after.clone());
        changes.push(VersionChange { version, state, is_new, claims, publisher: None });
        versions.insert(entry.version.clone(), after);
    }
    planned.written = changes.len();
    if let Some(latest) = latest(&entries, &flagged, current_latest.as_ref(), &versions) {
        if changes.is_empty() && current_latest.as_ref() != Some(&latest) {
            // Only the flag moves. It is public state too, so it needs a change record: the version's own, unchanged.
            let state = versions.get(&latest).cloned();
            changes.extend(state.map(|state| VersionChange {
                version: latest.clone(),
                state,
                is_new: false,
                claims: Vec::new(),
                publisher: None,
            }));
        }
        if !changes.is_empty() {
            planned.change = Some(ServerChange { name, before, owner, latest, versions: changes, audit: Vec::new() });
        }
    }
    planned.entries = entries;
    planned
}

fn held_by(entry: &SourceEntry, status: Status) -> Vec<String> {
    if status == Status::Deleted { Vec::new() } else { entry.remote_urls.clone() }
}

/// What the source gives, else what is stored, else the time of the import.
fn state_after(entry: &SourceEntry, stored: Option<&VersionState>, now: Timestamp) -> VersionState {
    let status = entry.status.or(stored.map(|state| state.status)).unwrap_or_default();
    let status_message = match entry.status {
        Some(_) => entry.status_message.clone(),
        None => stored.and_then(|state| state.status_message.clone()),
    };
    let published_at = entry.published_at.or(stored.map(|state| state.published_at)).unwrap_or(now);
    let status_changed_at = entry.status_changed_at.unwrap_or_else(|| match stored {
        Some(state) if state.status == status => state.status_changed_at,
        Some(_) => entry.updated_at.unwrap_or(now),
        // The official registry had no such time before v1.5 and took the time of publication then.
        None => published_at,
    });
    let mut after = VersionState {
        document: entry.document.clone(),
        meta: entry.meta.clone(),
        status,
        status_message,
        published_at,
        updated_at: entry.updated_at.or(stored.map(|state| state.updated_at)).unwrap_or(published_at),
        status_changed_at,
    };
    if entry.updated_at.is_none() && stored.is_some_and(|stored| *stored != after) {
        after.updated_at = now;
    }
    after
}

/// The flag as the source gives it; where it gives none, by the official order.
fn latest(
    entries: &[SourceEntry],
    flagged: &[ServerVersion],
    current: Option<&ServerVersion>,
    versions: &BTreeMap<ServerVersion, VersionState>,
) -> Option<ServerVersion> {
    let candidate = |version: &ServerVersion| {
        let (version, state) = versions.get_key_value(version)?;
        Some(Candidate { version: version.as_str(), published: state.published_at, status: state.status })
    };
    let highest = |among: &mut dyn Iterator<Item = Candidate<'_>>| {
        let best = latest_of(among)?.version.to_owned();
        versions.get_key_value(best.as_str()).map(|(version, _)| version.clone())
    };
    if let Some(latest) = highest(&mut flagged.iter().filter_map(candidate)) {
        return Some(latest);
    }
    // A source that flags, and flags none of these, keeps the flag elsewhere.
    let source_flags = entries.iter().any(|entry| entry.is_latest.is_some());
    match current {
        Some(current) if source_flags && versions.contains_key(current) => Some(current.clone()),
        _ => highest(&mut versions.keys().filter_map(candidate)),
    }
}

fn refused(entry: &SourceEntry, reason: String) -> Refused {
    Refused { name: entry.name.to_string(), version: entry.version.to_string(), reason }
}
