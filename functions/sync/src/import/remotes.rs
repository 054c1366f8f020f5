//! Which server holds which remote URL: as the table has it, and as the plan of this run will have it.

use std::collections::{BTreeSet, HashMap};

use registry::model::{ServerName, Status, VersionState};
use registry::store::{Reader, ServerState, StoreError};

use crate::format::SourceEntry;

/// Holders by URL. Only URLs that were asked for are known.
#[derive(Debug, Default)]
pub(super) struct Remotes(HashMap<String, String>);

impl Remotes {
    /// Asks the table for the URLs that the entries would newly hold.
    pub(super) async fn ask<'a>(
        &mut self,
        table: &Reader,
        servers: impl Iterator<Item = (Option<&'a ServerState>, &'a [SourceEntry])>,
    ) -> Result<(), StoreError> {
        let mut wanted = BTreeSet::new();
        for (state, entries) in servers {
            for entry in entries.iter().filter(|entry| entry.status != Some(Status::Deleted)) {
                let stored = state.and_then(|state| state.versions.get(&entry.version)).map(VersionState::held_urls);
                let is_new = |url: &&String| !stored.as_ref().is_some_and(|held| held.contains(url));
                wanted
                    .extend(entry.remote_urls.iter().filter(is_new).filter(|url| !self.0.contains_key(*url)).cloned());
            }
        }
        let wanted: Vec<String> = wanted.into_iter().collect();
        self.0.extend(table.remote_holders(&wanted).await?);
        Ok(())
    }

    /// The first of `urls` that another server than `name` holds, and that server.
    pub(super) fn conflict<'a>(&'a self, name: &ServerName, urls: &'a [String]) -> Option<(&'a str, &'a str)> {
        let holder = |url: &'a String| Some((url.as_str(), self.0.get(url)?.as_str()));
        urls.iter().filter_map(holder).find(|(_, holder)| *holder != name.as_str())
    }

    /// Notes that `name` will hold `urls`.
    pub(super) fn take(&mut self, name: &ServerName, urls: &[String]) {
        for url in urls {
            self.0.insert(url.clone(), name.as_str().to_owned());
        }
    }

    /// Notes what the table was found to say.
    pub(super) fn learn(&mut self, holders: HashMap<String, String>) {
        self.0.extend(holders);
    }
}
