//! Searching a view: the snapshot and what changed since, as two segments of one search.

use super::view::{EntryRef, View};
use crate::search::{Facet, FacetCount, Matcher, Query, SearchIndex, Segment, Source, find};
use crate::snapshot::SnapshotError;

/// What searches look at beside the snapshot's index.
#[derive(Debug, Default)]
pub(super) struct ChangedIndex {
    index: SearchIndex,
    /// Whether a server of the snapshot is one of those that changed; empty if nothing changed.
    replaced: Vec<bool>,
    places: Vec<u64>,
}

/// A page of a search.
#[derive(Debug)]
pub struct SearchPage<'a> {
    /// Servers that were found, on all pages.
    pub total: usize,
    /// Those of the page.
    pub hits: Vec<SearchHit<'a>>,
    /// Whether some follow.
    pub has_more: bool,
    /// The most frequent values of all that was found.
    pub facets: Vec<(Facet, Vec<FacetCount>)>,
    /// What was looked for.
    pub matcher: Matcher,
}

/// A server that was found.
#[derive(Clone, Copy, Debug)]
pub struct SearchHit<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its latest version.
    pub entry: EntryRef<'a>,
    /// How well it fits; nought when nothing was asked for.
    pub score: u32,
    /// What it is ordered by.
    pub key: i64,
}

impl View {
    /// Searches the catalogue.
    ///
    /// # Errors
    /// When the search index cannot be read.
    pub async fn search(&self, query: &Query) -> Result<SearchPage<'_>, SnapshotError> {
        let base = self.base.search_index().await?;
        let changed = match self.searched.get() {
            Some(changed) => changed,
            None => {
                let made = self.changed_index()?;
                self.searched.get_or_init(|| made)
            }
        };
        let segments = [
            Segment { index: &base, replaced: &changed.replaced, places: &[] },
            Segment { index: &changed.index, replaced: &[], places: &changed.places },
        ];
        let place = query.after.as_ref().map_or(0, |after| self.place_behind(&after.name, changed));
        let found = find(query, &segments, place);
        let names: Vec<&str> = self.changed_servers().map(|server| server.name).collect();
        let hits = found.hits.iter().filter_map(|hit| {
            let name = match hit.segment {
                0 => self.base.index().server(hit.number)?.name,
                _ => *names.get(hit.number)?,
            };
            let entry = self.server(name)?.entries().find(|entry| entry.is_latest)?;
            Some(SearchHit { name, entry, score: hit.score, key: hit.key })
        });
        let hits = hits.collect();
        Ok(SearchPage {
            total: found.total,
            hits,
            has_more: found.has_more,
            facets: found.facets,
            matcher: found.matcher,
        })
    }

    fn changed_index(&self) -> Result<ChangedIndex, SnapshotError> {
        let documents: Vec<_> =
            self.changed_servers().filter_map(|server| Some((server.name, server.document()?))).collect();
        if documents.is_empty() {
            return Ok(ChangedIndex::default());
        }
        let servers = self.base.index().servers();
        let mut changed = ChangedIndex { replaced: vec![false; servers], ..ChangedIndex::default() };
        let mut sources = Vec::with_capacity(documents.len());
        for (number, (name, document)) in documents.into_iter().enumerate() {
            sources.push(Source::Changed(document));
            let (before, is_replaced) = self.base.index().position(name);
            changed.places.push(match changed.replaced.get_mut(before).filter(|_| is_replaced) {
                Some(replaced) => {
                    *replaced = true;
                    Segment::place(before)
                }
                None => Segment::place_before(before, number),
            });
        }
        changed.index = SearchIndex::build(&SearchIndex::default(), &sources)?;
        Ok(changed)
    }

    /// The first place behind the server called `name`, or where it would be.
    fn place_behind(&self, name: &str, changed: &ChangedIndex) -> u64 {
        let number = self.changed_servers().take_while(|server| server.name < name).count();
        if self.changed_servers().nth(number).is_some_and(|server| server.name == name) {
            return changed.places.get(number).map_or(0, |place| place + 1);
        }
        match self.base.index().position(name) {
            (number, true) => Segment::place(number) + 1,
            (before, false) => Segment::place_before(before, number),
        }
    }
}
