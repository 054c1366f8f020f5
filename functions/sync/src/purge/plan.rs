//! What is purged for which changes.

use std::collections::BTreeSet;

use registry::cache::{ServerTag, Tag};
use registry::limits;
use registry::store::{Change, Owner};

/// What changes outdate, by how much it matters.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    /// Servers of which a version that was there is another now: withdrawn, deprecated, edited. Somebody may be about to
    /// install it.
    changed: BTreeSet<ServerTag>,
    /// Servers that have a new version, in the order in which they got it.
    grown: Vec<ServerTag>,
}

impl Plan {
    /// Takes in one change.
    ///
    /// New versions that a source brings are left to time: they are as late as the source's schedule already, and the first
    /// import of a catalogue would take the room of a year.
    pub(super) fn add(&mut self, change: &Change) {
        let server = ServerTag::of(change.name.as_str());
        if !change.is_new {
            self.changed.insert(server);
        } else if change.owner == Owner::Publisher && self.grown.len() < limits::PURGE_TAGS {
            self.grown.push(server);
        }
    }

    /// Whether so much must be purged that what else comes makes no difference.
    pub(super) fn is_everything(&self) -> bool {
        self.changed.len() > limits::PURGE_TAGS
    }

    /// Whether the room matters.
    pub(super) fn has_new_versions(&self) -> bool {
        !self.grown.is_empty() && !self.is_everything()
    }

    /// The tags to purge if the month has room for `room` more. What must be purged is, whatever the room.
    pub(super) fn tags(&self, room: u32) -> BTreeSet<Tag> {
        if self.is_everything() {
            return BTreeSet::from([Tag::Catalogue]);
        }
        let mut tags: BTreeSet<Tag> = self.changed.iter().map(|&server| Tag::Server(server)).collect();
        let most = limits::PURGE_TAGS.min(usize::try_from(room).unwrap_or(usize::MAX));
        for &server in &self.grown {
            if tags.len() >= most {
                break;
            }
            tags.insert(Tag::Server(server));
        }
        tags
    }
}

#[cfg(test)]
mod tests {
    use registry::model::{Status, VersionState};
    use registry::store::Serial;
    use registry::time::Timestamp;

    use super::*;

    fn change(name: &str, is_new: bool, owner: Owner) -> Change {
        let at = Timestamp::from_micros(0).unwrap();
        Change {
            serial: Serial(1),
            at,
            name: name.parse().unwrap(),
            version: "1.0.0".parse().unwrap(),
            is_new,
            state: VersionState {
                document: "{}".to_owned(),
                meta: Default::default(),
                status: Status::Active,
                status_message: None,
                published_at: at,
                updated_at: at,
                status_changed_at: at,
            },
            owner,
            latest: "1.0.0".parse().unwrap(),
        }
    }

    fn plan(changes: impl IntoIterator<Item = (String, bool, Owner)>) -> Plan {
        let mut plan = Plan::default();
        changes.into_iter().for_each(|(name, is_new, owner)| plan.add(&change(&name, is_new, owner)));
        plan
    }

    fn tags(names: &[&str]) -> BTreeSet<Tag> {
        names.iter().map(|name| Tag::Server(ServerTag::of(name))).collect()
    }

    fn source() -> Owner {
        Owner::Source("upstream".to_owned())
    }

    #[test]
    fn what_changed_goes_before_what_is_new() {
        let one = |name: &str, is_new| (name.to_owned(), is_new, Owner::Publisher);
        let plan = plan([one("a.a/new", true), one("a.a/old", false), one("a.a/newer", true), one("a.a/old", false)]);
        assert!(plan.has_new_versions());
        assert_eq!(plan.tags(100), tags(&["a.a/old", "a.a/new", "a.a/newer"]), "each once");
        assert_eq!(plan.tags(2), tags(&["a.a/old", "a.a/new"]), "whoever came first");
        assert_eq!(plan.tags(1), tags(&["a.a/old"]));
        assert_eq!(plan.tags(0), tags(&["a.a/old"]), "it must be purged, whatever that costs");
    }

    #[test]
    fn a_source_has_purged_what_it_changes_and_not_what_it_brings() {
        let plan = plan([("a.a/new".to_owned(), true, source()), ("a.a/old".to_owned(), false, source())]);
        assert!(!plan.has_new_versions());
        assert_eq!(plan.tags(100), tags(&["a.a/old"]));
    }

    #[test]
    fn of_many_servers_all_that_was_made_from_the_catalogue_is_purged() {
        let many = |count: usize, is_new| plan((0..count).map(|n| (format!("a.a/x{n}"), is_new, Owner::Publisher)));
        assert_eq!(many(limits::PURGE_TAGS, false).tags(0).len(), limits::PURGE_TAGS);
        let everything = many(limits::PURGE_TAGS + 1, false);
        assert!(everything.is_everything() && !everything.has_new_versions());
        assert_eq!(everything.tags(0), BTreeSet::from([Tag::Catalogue]));
        assert_eq!(many(1000, true).tags(1000).len(), limits::PURGE_TAGS, "new versions never empty the CDN");
    }
}
