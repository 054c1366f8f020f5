//! Answering a query.

use std::cmp::Reverse;

use super::expand::{Expanded, expand};
use super::facet::Facet;
use super::highlight::Matcher;
use super::layout::ServerRow;
use super::query::{Filters, Query, Sort};
use super::score::{Counts, DEPRECATED, IN_NAME, OF_OWNER, WHOLE_NAME, strength};
use super::segment::Segment;
use crate::limits;
use crate::model::Status;

/// A score is a whole number, so that it is the same in a cursor.
const UNIT: f32 = 1000.0;

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

/// What was found of a server so far.
#[derive(Clone, Copy, Default)]
struct Tally {
    score: f32,
    words: u8,
    in_name: u8,
    of_domain: u8,
    /// In the name, or who publishes.
    named: u8,
}

/// What one word found of a server.
#[derive(Clone, Copy, Default)]
struct Best {
    score: f32,
    in_name: bool,
    of_domain: bool,
    named: bool,
}

/// Answers `query` from `segments`. The page begins at `place` among the servers whose key is that of the query's `after`.
#[must_use]
pub fn find(query: &Query, segments: &[Segment<'_>], place: u64) -> Found {
    let asked = query.asked();
    let servers = segments.iter().map(Segment::servers).sum();
    let words: Vec<Expanded> = asked.iter().map(|word| expand(word, segments, servers)).collect();
    let sieves: Vec<Sieve> = segments.iter().map(|segment| Sieve::new(&query.filters, segment)).collect();
    let is_blank = !query.text.trim().is_empty() && asked.is_empty();

    let mut candidates: Vec<(usize, usize, u8, u32)> = Vec::new();
    for (number, (segment, sieve)) in segments.iter().zip(&sieves).enumerate() {
        if asked.is_empty() {
            let all = (0..segment.index.servers()).filter(|server| !is_blank && segment.is_live(*server));
            let passing = all.filter(|server| sieve.lets(segment, *server));
            candidates.extend(passing.map(|server| (number, server, 0, 0)));
            continue;
        }
        let (touched, tallies) = tally(number, segment, &words);
        for server in touched {
            let (Some(tally), Some(row)) = (tallies.get(server), segment.index.rows().get(server)) else { continue };
            if sieve.lets(segment, server) {
                candidates.push((number, server, tally.words, score(tally, row, words.len())));
            }
        }
    }
    // All words, or as many as any server has.
    let most = candidates.iter().map(|(_, _, words, _)| *words).max().unwrap_or_default();
    candidates.retain(|(_, _, words, _)| *words == most);

    let facets = count_facets(segments, &candidates);
    let total = candidates.len();
    let mut hits: Vec<(i64, u64, Hit)> = Vec::new();
    for (number, server, _, score) in candidates {
        let Some(segment) = segments.get(number) else { continue };
        let Some(row) = segment.index.rows().get(server) else { continue };
        let key = match query.sort {
            Sort::Relevance => -i64::from(score),
            Sort::Name => 0,
            Sort::Updated => row.updated_at.get().saturating_neg(),
            Sort::Published => row.published_at.get().saturating_neg(),
        };
        let at = segment.place_of(server);
        if query.after.as_ref().is_none_or(|after| (key, at) >= (after.key, place)) {
            hits.push((key, at, Hit { segment: number, number: server, score, key }));
        }
    }
    let has_more = hits.len() > query.limit;
    if has_more {
        hits.select_nth_unstable_by_key(query.limit, |(key, at, _)| (*key, *at));
        hits.truncate(query.limit);
    }
    hits.sort_unstable_by_key(|(key, at, _)| (*key, *at));
    let hits = hits.into_iter().map(|(_, _, hit)| hit).collect();
    Found { total, hits, has_more, facets, matcher: Matcher::new(words) }
}

/// Servers of a segment that have a word, and what was found of each.
fn tally(number: usize, segment: &Segment<'_>, words: &[Expanded]) -> (Vec<usize>, Vec<Tally>) {
    let servers = segment.index.servers();
    let rows = segment.index.rows();
    let mut tallies = vec![Tally::default(); servers];
    let mut touched: Vec<usize> = Vec::new();
    let mut best = vec![Best::default(); servers];
    let mut having: Vec<usize> = Vec::new();
    for word in words {
        having.clear();
        for variant in word.variants.get(number).map(Vec::as_slice).unwrap_or_default() {
            for posting in segment.postings(variant.number) {
                let server = posting.server.get() as usize;
                let (Some(best), Some(row)) = (best.get_mut(server), rows.get(server)) else { continue };
                let strength = variant.weight * strength(*posting, row);
                if best.score == 0.0 {
                    having.push(server);
                }
                best.score = best.score.max(strength);
                if variant.is_whole {
                    let counts = Counts::unpack(posting.counts.get());
                    best.in_name |= counts.name > 0;
                    best.of_domain |= counts.domain;
                    best.named |= counts.name > 0 || counts.domain || counts.account;
                }
            }
        }
        for server in &having {
            let (Some(best), Some(tally)) = (best.get_mut(*server), tallies.get_mut(*server)) else { continue };
            let found = std::mem::take(best);
            if tally.words == 0 {
                touched.push(*server);
            }
            tally.score += word.rarity * found.score;
            tally.words += 1;
            tally.in_name += u8::from(found.in_name);
            tally.of_domain += u8::from(found.of_domain);
            tally.named += u8::from(found.named);
        }
    }
    (touched, tallies)
}

fn score(tally: &Tally, row: &ServerRow, words: usize) -> u32 {
    let mut score = tally.score;
    let is_all = |count: u8| usize::from(count) == words;
    let is_whole_name = is_all(tally.in_name) && is_all(row.name_words);
    // `com.stripe/mcp`: the name says nothing, the owner all.
    if is_whole_name || (row.name_words == 0 && is_all(tally.of_domain)) {
        score *= WHOLE_NAME;
    }
    if is_all(tally.named) {
        score *= IN_NAME;
    }
    if tally.of_domain > 0 {
        score *= OF_OWNER;
    }
    if row.status == Status::Deprecated as u8 {
        score *= DEPRECATED;
    }
    (score * UNIT).round() as u32
}

/// Filters, by the numbers that a segment has for their values.
struct Sieve {
    /// For each value, which filters it satisfies.
    satisfies: Vec<u16>,
    all: u16,
    statuses: [bool; 3],
    since: i64,
    until: i64,
}

impl Sieve {
    fn new(filters: &Filters, segment: &Segment<'_>) -> Self {
        let mut statuses = [true, true, false];
        let (mut satisfies, mut all) = (Vec::new(), 0);
        for (facet, values) in &filters.values {
            if *facet == Facet::Status {
                let is_asked = |status: Status| values.iter().any(|value| value == status.as_str());
                statuses = [Status::Active, Status::Deprecated, Status::Deleted].map(is_asked);
                continue;
            }
            let bit = 1 << facet.stored();
            all |= bit;
            satisfies.resize(segment.index.value_rows().len(), 0);
            for value in values {
                let number = segment.index.value_number(*facet, value);
                if let Some(place) = number.and_then(|number| satisfies.get_mut(number)) {
                    *place |= bit;
                }
            }
        }
        let since = filters.updated_since.unwrap_or(i64::MIN);
        Self { satisfies, all, statuses, since, until: filters.updated_until.unwrap_or(i64::MAX) }
    }

    fn lets(&self, segment: &Segment<'_>, server: usize) -> bool {
        let Some(row) = segment.index.rows().get(server) else { return false };
        let updated_at = row.updated_at.get();
        self.statuses.get(usize::from(row.status)).copied().unwrap_or_default()
            && (updated_at > self.since || self.since == i64::MIN)
            && updated_at <= self.until
            && (self.all == 0 || self.satisfied(segment, row) == self.all)
    }

    fn satisfied(&self, segment: &Segment<'_>, row: &ServerRow) -> u16 {
        let held = segment.index.held_by(row).iter();
        held.fold(0, |satisfied, value| {
            satisfied | self.satisfies.get(value.get() as usize).copied().unwrap_or_default()
        })
    }
}

/// Counts by number, and looks at texts only of the few values that are answered: namespaces are nearly as many as servers.
fn count_facets(segments: &[Segment<'_>], found: &[(usize, usize, u8, u32)]) -> Vec<(Facet, Vec<FacetCount>)> {
    let mut counts: Vec<Vec<usize>> =
        segments.iter().map(|segment| vec![0; segment.index.value_rows().len()]).collect();
    for (number, server, _, _) in found {
        let (Some(segment), Some(counts)) = (segments.get(*number), counts.get_mut(*number)) else { continue };
        let Some(row) = segment.index.rows().get(*server) else { continue };
        for value in segment.index.held_by(row) {
            if let Some(count) = counts.get_mut(value.get() as usize) {
                *count += 1;
            }
        }
    }
    let Some((base, others)) = segments.split_first() else { return Vec::new() };
    let (base_counts, other_counts) = counts.split_at_mut(1);
    let Some(base_counts) = base_counts.first_mut() else { return Vec::new() };
    // What the first segment has too is counted there.
    let mut foreign: Vec<(Facet, usize, &str)> = Vec::new();
    for (segment, counts) in others.iter().zip(other_counts) {
        for (number, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let Some((facet, text)) = segment.index.value(number) else { continue };
            match base.index.value_number(facet, text).and_then(|number| base_counts.get_mut(number)) {
                Some(of_base) => *of_base += count,
                None => foreign.push((facet, *count, text)),
            }
        }
    }
    let mut by_facet: [Vec<(Reverse<usize>, usize)>; Facet::ALL.len()] = Default::default();
    for (number, (count, row)) in base_counts.iter().zip(base.index.value_rows()).enumerate() {
        if *count > 0
            && let Some(of_facet) = by_facet.get_mut(usize::from(row.facet))
        {
            of_facet.push((Reverse(*count), number));
        }
    }
    let facets = Facet::ALL.into_iter().zip(by_facet).map(|(facet, mut numbers)| {
        // Numbers are in the order of texts.
        if numbers.len() > limits::SEARCH_FACET_VALUES {
            numbers.select_nth_unstable(limits::SEARCH_FACET_VALUES);
            numbers.truncate(limits::SEARCH_FACET_VALUES);
        }
        let of_base = numbers.into_iter().filter_map(|(count, number)| Some((count.0, base.index.value(number)?.1)));
        let foreign = foreign.iter().filter(|(other, _, _)| *other == facet).map(|(_, count, text)| (*count, *text));
        let mut values: Vec<(usize, &str)> = of_base.chain(foreign).collect();
        values.sort_unstable_by_key(|(count, text)| (Reverse(*count), *text));
        values.truncate(limits::SEARCH_FACET_VALUES);
        let counted = values.into_iter().map(|(count, text)| FacetCount { value: text.to_owned(), count });
        (facet, counted.collect())
    });
    facets.collect()
}
