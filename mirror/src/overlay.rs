//! Servers that changed since the export, each replaced as a whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use registry::model::{ServerName, ServerVersion, Status};
use registry::snapshot::{Entry, parse_entry};
use registry::store::{Change, Owner, Serial, ServerState};

use crate::line::ChangeLine;

/// The changes of each server, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overlay(pub(crate) Arc<BTreeMap<ServerName, Vec<Change>>>);

impl Overlay {
    pub(crate) fn of(lines: impl IntoIterator<Item = ChangeLine>) -> Self {
        let mut servers: BTreeMap<ServerName, Vec<Change>> = BTreeMap::new();
        for ChangeLine { change, .. } in lines {
            servers.entry(change.name.clone()).or_default().push(change);
        }
        Self(Arc::new(servers))
    }
}

/// A server of the export, from its lines.
pub(crate) fn server(lines: &[Vec<u8>]) -> Result<Option<ServerState>, String> {
    let mut state: Option<ServerState> = None;
    for line in lines {
        let (version, parsed, is_latest) = entry(line)?;
        let server = state.get_or_insert_with(|| ServerState {
            owner: Owner::Publisher,
            latest: version.clone(),
            serial: Serial::default(),
            versions: BTreeMap::new(),
        });
        if is_latest {
            server.latest = version.clone();
        }
        server.versions.insert(version, parsed);
    }
    Ok(state)
}

fn entry(line: &[u8]) -> Result<(ServerVersion, registry::model::VersionState, bool), String> {
    #[derive(serde::Deserialize)]
    struct Rendered {
        server: Versioned,
    }
    #[derive(serde::Deserialize)]
    struct Versioned {
        version: String,
    }
    let text = std::str::from_utf8(line).map_err(|error| error.to_string())?;
    let rendered: Rendered = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let (state, is_latest) = parse_entry(text).map_err(|error| error.to_string())?;
    if state.render(is_latest) != text {
        return Err("an entry of the export is written in another form".to_owned());
    }
    let version = rendered.server.version;
    let version = version.parse().map_err(|_| format!("{version:?} is no version"))?;
    Ok((version, state, is_latest))
}

/// The server after its changes, as lists show it: entries that are not deleted.
pub(crate) fn changed(name: &ServerName, state: Option<ServerState>, changes: &[Change]) -> Vec<String> {
    let mut state = state;
    for change in changes {
        ServerState::apply(&mut state, change.clone());
    }
    let entries = state.map(|state| Entry::of_server(name, &state)).unwrap_or_default();
    entries.into_iter().filter(|entry| entry.status != Status::Deleted).map(|entry| entry.json).collect()
}
