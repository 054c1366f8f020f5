//! Answering a query.

use std::collections::BinaryHeap;

use super::count::count_facets;
use super::expand::{Expanded, expand};
use super::facet::Facet;
use super::highlight::Matcher;
use super::query::{Query, Sort};
use super::segment::Segment;
use super::sieve::Sieve;
use super::tally::tally;

/// The answer to a query.
#[derive(Debug)]
pub struct Found {
    /// Servers that were found, on all pages.
    pub total: usize,
    /// Those of the page.
    pub hits: Vec<Hit>,
    /// Whether some follow.
    pub has_more: bool,
    /// The most frequent values of all that was found.
    pub facets: Vec<(Facet, Vec<FacetCount>)>,
    /// What was looked for, as it is written in the catalogue.
    pub matcher: Matcher,
}

/// A server that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Number of its segment.
    pub segment: usize,
    /// Its number there.
    pub number: usize,
    /// How well it fits; nought when nothing was asked for.
    pub score: u32,
    /// What it is ordered by.
    pub key: i64,
}

/// How many servers have a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetCount {
    /// The value.
    pub value: String,
    /// Servers that have it.
    pub count: usize,
}

/// A server that has what was asked for. Small, because there may be as many as servers.
#[derive(Clone, Copy)]
pub(super) struct Candidate {
    pub(super) server: u32,
    pub(super) score: u32,
    pub(super) segment: u8,
    words: u8,
}

/// Answers `query` from `segments`. The page begins at `place` among the servers whose key is that of the query's `after`.
#[must_use]
pub fn find(query: &Query, segments: &[Segment<'_>], place: u64) -> Found {
    let asked = query.asked();
    let servers = segments.iter().map(Segment::servers).sum();
    let words: Vec<Expanded> = asked.iter().map(|word| expand(word, segments, servers)).collect();
    let mut candidates = Vec::new();
    // What is typed and has no word in it is in no server.
    if query.text.trim().is_empty() || !asked.is_empty() {
        for (number, segment) in (0..=u8::MAX).zip(segments) {
            collect(&mut candidates, number, segment, query, &words);
        }
    }
    // All words, or as many as any server has.
    let most = candidates.iter().map(|candidate| candidate.words).max().unwrap_or_default();
    candidates.retain(|candidate| candidate.words == most);

    let facets = count_facets(segments, &candidates);
    let (hits, has_more) = page(query, segments, &candidates, place);
    Found { total: candidates.len(), hits, has_more, facets, matcher: Matcher::new(words) }
}

/// The servers of a segment that have one of the words, or all where none is asked for, as far as the filters let them through.
fn collect(candidates: &mut Vec<Candidate>, number: u8, segment: &Segment<'_>, query: &Query, words: &[Expanded]) {
    let sieve = Sieve::new(&query.filters, segment);
    if words.is_empty() {
        let all = (0..).zip(segment.index.rows());
        let live = all.filter(|(server, _)| segment.is_live(*server as usize));
        let passing = live.filter(|(_, row)| sieve.lets(segment, row));
        candidates.extend(passing.map(|(server, _)| Candidate { server, score: 0, segment: number, words: 0 }));
        return;
    }
    for (server, tally) in tally(usize::from(number), segment, words) {
        let Some(row) = segment.index.rows().get(server as usize) else { continue };
        if sieve.lets(segment, row) {
            let score = tally.score(row, words.len());
            candidates.push(Candidate { server, score, segment: number, words: tally.words });
        }
    }
}

/// The first of the candidates behind where the query begins, and whether others follow.
fn page(query: &Query, segments: &[Segment<'_>], candidates: &[Candidate], place: u64) -> (Vec<Hit>, bool) {
    // The worst of the page is on top, and makes room for whatever is better.
    let mut page: BinaryHeap<(i64, u64, usize)> =
        BinaryHeap::with_capacity(query.limit.saturating_add(1).min(candidates.len()));
    let mut has_more = false;
    for (number, candidate) in candidates.iter().enumerate() {
        let Some(segment) = segments.get(usize::from(candidate.segment)) else { continue };
        let server = candidate.server as usize;
        let key = match (query.sort, segment.index.rows().get(server)) {
            (Sort::Relevance, _) => -i64::from(candidate.score),
            (Sort::Updated, Some(row)) => row.updated_at.get().saturating_neg(),
            (Sort::Published, Some(row)) => row.published_at.get().saturating_neg(),
            (Sort::Name, _) | (_, None) => 0,
        };
        let at = (key, segment.place_of(server), number);
        if query.after.as_ref().is_some_and(|after| (at.0, at.1) < (after.key, place)) {
            continue;
        }
        if page.len() < query.limit {
            page.push(at);
            continue;
        }
        has_more = true;
        if let Some(mut worst) = page.peek_mut().filter(|worst| **worst > at) {
            *worst = at;
        }
    }
    let hits = page.into_sorted_vec().into_iter().filter_map(|(key, _, number)| {
        let candidate = candidates.get(number)?;
        let (segment, number) = (usize::from(candidate.segment), candidate.server as usize);
        Some(Hit { segment, number, score: candidate.score, key })
    });
    (hits.collect(), has_more)
}
