//! A part of the catalogue that has an index of its own.

use super::index::SearchIndex;
use super::layout::Posting;

/// A part of the catalogue: the snapshot, or the servers that changed since.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    /// Its index.
    pub index: &'a SearchIndex,
    /// Whether a server is told of by another segment; none is when this is empty.
    pub replaced: &'a [bool],
    /// The place of each server among all names; by its number when this is empty.
    pub places: &'a [u64],
}

impl<'a> Segment<'a> {
    /// The place of server number `number` of a snapshot. Between two there is room for those that are not in it.
    #[must_use]
    pub fn place(number: usize) -> u64 {
        (number as u64) << 32 | 1 << 31
    }

    /// The place of server number `number` among others, all before number `before` of the snapshot.
    #[must_use]
    pub fn place_before(before: usize, number: usize) -> u64 {
        (before as u64) << 32 | number as u64
    }

    pub(super) fn place_of(&self, number: usize) -> u64 {
        self.places.get(number).copied().unwrap_or_else(|| Self::place(number))
    }

    pub(super) fn is_live(&self, number: usize) -> bool {
        !self.replaced.get(number).copied().unwrap_or_default()
    }

    /// How many servers it tells of.
    pub(super) fn servers(&self) -> usize {
        self.index.servers() - self.replaced.iter().filter(|is_replaced| **is_replaced).count()
    }

    /// Who has a word.
    pub(super) fn postings(self, word: usize) -> impl Iterator<Item = &'a Posting> {
        self.index.postings_of(word).iter().filter(move |posting| self.is_live(posting.server.get() as usize))
    }

    /// How many have a word.
    pub(super) fn having(&self, word: usize) -> usize {
        if self.replaced.is_empty() { self.index.postings_of(word).len() } else { self.postings(word).count() }
    }

    /// The words that begin with `start`, with their numbers.
    pub(super) fn beginning(self, start: &str) -> impl Iterator<Item = (usize, &'a str)> {
        let from = self.index.words_from(start);
        let all = (from..self.index.words()).map(move |number| (number, self.index.word(number)));
        all.take_while(move |(_, word)| word.starts_with(start))
    }
}
