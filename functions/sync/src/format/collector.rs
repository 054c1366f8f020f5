//! Gathers the entries of one source.

use std::collections::BTreeSet;
use std::collections::hash_map::{Entry, HashMap};

use registry::json::{self, Parts};
use registry::model::{ServerName, ServerVersion};
use serde_json::value::RawValue;

use super::entry::SourceEntry;
use super::refusal::{Refusal, Refused};
use super::{Format, Reading};

/// What was read so far; for a registry API, over all pages.
#[derive(Default)]
pub(crate) struct Collector {
    read: usize,
    entries: Vec<SourceEntry>,
    refused: Vec<Refused>,
    positions: HashMap<(ServerName, ServerVersion), usize>,
    ignored: BTreeSet<String>,
}

/// An entry's name and version as far as they can be told.
#[derive(Default)]
pub(super) struct Label {
    pub(super) name: String,
    pub(super) version: String,
}

impl Label {
    /// The label of an official entry, wrapped or not, even when the entry cannot be read as a whole.
    pub(super) fn of(raw: &RawValue) -> Self {
        let text = |members: &super::Members<'_>, key| -> String {
            members.get(key).and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
        };
        match json::split(raw.get().as_bytes()) {
            Ok(Parts::Object(members)) => match members.get("server") {
                Some(server) if !members.contains_key("name") => Self::of(server),
                _ => Self { name: text(&members, "name"), version: text(&members, "version") },
            },
            _ => Self::default(),
        }
    }
}

impl Collector {
    /// Counts an entry and keeps it or the reason why not.
    pub(super) fn add(&mut self, entry: Result<SourceEntry, Refusal>, label: impl FnOnce() -> Label) {
        self.read += 1;
        let entry = entry.and_then(|entry| match self.positions.entry((entry.name.clone(), entry.version.clone())) {
            Entry::Vacant(vacant) => {
                vacant.insert(self.read);
                Ok(entry)
            }
            Entry::Occupied(first) => Err(Refusal::Duplicate(*first.get())),
        });
        match entry {
            Ok(entry) => self.entries.push(entry),
            Err(refusal) => {
                let Label { name, version } = label();
                let reason = if name.is_empty() || version.is_empty() {
                    format!("entry {}: {refusal}", self.read)
                } else {
                    refusal.to_string()
                };
                self.refused.push(Refused { name, version, reason });
            }
        }
    }

    /// Notes fields that have no place in the official format; bounded, because a source chooses their names.
    pub(super) fn ignore(&mut self, fields: impl IntoIterator<Item = String>) {
        const KEPT: usize = 16;
        for field in fields {
            if self.ignored.len() < KEPT {
                self.ignored.insert(field.chars().take(64).collect());
            }
        }
    }

    /// Entries found so far, accepted or not.
    pub(crate) fn count(&self) -> usize {
        self.read
    }

    pub(crate) fn into_reading(self, format: Format, next_cursor: Option<String>) -> Reading {
        let Self { read, entries, refused, positions: _, ignored } = self;
        Reading { format, read, entries, refused, next_cursor, ignored }
    }
}
