//! Servers of a segment that have the words of a query, and what was found of each.

use super::expand::Expanded;
use super::layout::ServerRow;
use super::score::{DEPRECATED, IN_NAME, OF_OWNER, WHOLE_NAME, Worth};
use super::segment::Segment;
use crate::model::Status;

/// A score is a whole number, so that it is the same in a cursor.
const UNIT: f32 = 1000.0;

/// One server in so many has to be found for all to be looked through: in their order their rows are neighbours in memory,
/// which for a letter that nearly all have takes half the time.
const MANY: usize = 16;

/// What was found of a server: words that were looked for before, and the one that is looked for now.
#[derive(Clone, Copy, Default)]
pub(super) struct Tally {
    score: f32,
    best: f32,
    /// Number of the word that `best` and `flags` are of, from one on.
    word: u8,
    flags: u16,
    pub(super) words: u8,
    in_name: u8,
    of_domain: u8,
    /// In the name, or who publishes.
    named: u8,
}

impl Tally {
    /// The word that was looked for is done with.
    fn close(&mut self, rarity: f32) {
        let is = |flags: u16| u8::from(self.flags & flags != 0);
        self.score += rarity * std::mem::take(&mut self.best);
        self.words += 1;
        self.in_name += is(Worth::NAME);
        self.of_domain += is(Worth::DOMAIN);
        self.named += is(Worth::NAME | Worth::DOMAIN | Worth::ACCOUNT);
        self.flags = 0;
    }

    /// How well a server fits a query of so many words.
    pub(super) fn score(&self, row: &ServerRow, words: usize) -> u32 {
        let mut score = self.score;
        let is_all = |count: u8| usize::from(count) == words;
        let is_whole_name = is_all(self.in_name) && is_all(row.name_words);
        // `com.stripe/mcp`: the name says nothing, the owner all.
        if is_whole_name || (row.name_words == 0 && is_all(self.of_domain)) {
            score *= WHOLE_NAME;
        }
        if is_all(self.named) {
            score *= IN_NAME;
        }
        if self.of_domain > 0 {
            score *= OF_OWNER;
        }
        if row.status == Status::Deprecated as u8 {
            score *= DEPRECATED;
        }
        (score * UNIT).round() as u32
    }
}

/// The servers of segment number `number` that have one of the words at least.
pub(super) fn tally(number: usize, segment: &Segment<'_>, words: &[Expanded]) -> Vec<(u32, Tally)> {
    let mut tallies = vec![Tally::default(); segment.index.servers()];
    let mut touched: Vec<u32> = Vec::new();
    let mut having: Vec<u32> = Vec::new();
    for (word, place) in words.iter().zip(1..=u8::MAX) {
        having.clear();
        for variant in word.variants.get(number).map(Vec::as_slice).unwrap_or_default() {
            for posting in segment.postings(variant.number) {
                let server = posting.server.get();
                let Some(tally) = tallies.get_mut(server as usize) else { continue };
                if tally.word != place {
                    if tally.word == 0 {
                        touched.push(server);
                    }
                    tally.word = place;
                    having.push(server);
                }
                let worth = Worth::read(posting.worth.get());
                tally.best = tally.best.max(variant.weight * worth.strength());
                if variant.is_whole {
                    tally.flags |= worth.flags();
                }
            }
        }
        for server in &having {
            if let Some(tally) = tallies.get_mut(*server as usize) {
                tally.close(word.rarity);
            }
        }
    }
    if touched.len() > tallies.len() / MANY {
        (0..).zip(tallies).filter(|(_, tally)| tally.word != 0).collect()
    } else {
        touched.into_iter().filter_map(|server| Some((server, *tallies.get(server as usize)?))).collect()
    }
}
