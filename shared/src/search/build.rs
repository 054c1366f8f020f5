//! Building a search index from the previous one and the documents of what changed.
//!
//! A full build is the same from an empty one, so both give the same bytes.

use std::collections::BTreeMap;
use std::iter::Peekable;

use bytes::Bytes;
use xxhash_rust::xxh3::xxh3_64;
use zerocopy::IntoBytes;
use zerocopy::little_endian::{I64, U16, U32, U64};

use super::document::Document;
use super::facet::Facet;
use super::index::SearchIndex;
use super::layout::{FORMAT, Header, MAGIC, Posting, ServerRow, Span, ValueRow, WordRow};
use super::score::Worth;
use crate::snapshot::SnapshotError;

/// One server of the new index, in the order of names.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// Server number so-and-so of the previous index, as it was.
    Same(usize),
    /// A server that changed.
    Changed(&'a Document),
}

/// What stands for a server that is no more.
const GONE: u32 = u32::MAX;

#[derive(Default)]
struct Tables {
    rows: Vec<ServerRow>,
    words: Vec<WordRow>,
    postings: Vec<Posting>,
    values: Vec<ValueRow>,
    held: Vec<U32>,
    heap: Vec<u8>,
}

impl SearchIndex {
    /// The index that follows `previous` when its servers are `sources`.
    ///
    /// # Errors
    /// When there is more than the format can address.
    pub fn build(previous: &Self, sources: &[Source<'_>]) -> Result<Self, SnapshotError> {
        let mut tables = Tables::default();
        tables.servers(previous, sources)?;
        tables.words(previous, sources)?;
        tables.finish()
    }
}

impl Tables {
    fn servers(&mut self, previous: &SearchIndex, sources: &[Source<'_>]) -> Result<(), SnapshotError> {
        let numbers = self.values(previous, sources)?;
        let number_of = |facet: Facet, text: &str| numbers.get(&(facet, text)).copied().unwrap_or_default();
        let copied: Vec<u32> = (0..previous.value_rows().len())
            .map(|number| previous.value(number).map_or(0, |(facet, text)| number_of(facet, text)))
            .collect();
        for source in sources {
            let first_value = small(self.held.len())?;
            let row = match source {
                Source::Same(number) => {
                    let Some(row) = previous.rows().get(*number) else {
                        return Err(SnapshotError::Missing(format!("server {number} of the search index")));
                    };
                    let held = previous.held_by(row).iter();
                    let held = held.map(|value| copied.get(value.get() as usize).copied().unwrap_or_default());
                    self.held.extend(held.map(U32::new));
                    ServerRow { first_value, ..*row }
                }
                Source::Changed(document) => {
                    let held = document.values.iter().map(|(facet, text)| number_of(*facet, text));
                    self.held.extend(held.map(U32::new));
                    ServerRow {
                        published_at: I64::new(document.published_at),
                        updated_at: I64::new(document.updated_at),
                        first_value,
                        values: U16::new(u16::try_from(document.values.len()).map_err(|_| SnapshotError::TooLarge)?),
                        name_words: document.lengths.name,
                        status: document.status as u8,
                    }
                }
            };
            self.rows.push(row);
        }
        Ok(())
    }

    /// The values that some server still has, with their numbers.
    fn values<'a>(
        &mut self,
        previous: &'a SearchIndex,
        sources: &[Source<'a>],
    ) -> Result<BTreeMap<(Facet, &'a str), u32>, SnapshotError> {
        let mut is_held = vec![false; previous.value_rows().len()];
        let mut numbers: BTreeMap<(Facet, &str), u32> = BTreeMap::new();
        for source in sources {
            match source {
                Source::Same(number) => {
                    let held = previous.rows().get(*number).map(|row| previous.held_by(row)).unwrap_or_default();
                    for value in held {
                        if let Some(is_held) = is_held.get_mut(value.get() as usize) {
                            *is_held = true;
                        }
                    }
                }
                Source::Changed(document) => {
                    numbers.extend(document.values.iter().map(|(facet, text)| ((*facet, text.as_str()), 0)));
                }
            }
        }
        let held = is_held.iter().enumerate().filter(|(_, is_held)| **is_held);
        numbers.extend(held.filter_map(|(number, _)| Some((previous.value(number)?, 0))));
        for (number, ((facet, text), place)) in numbers.iter_mut().enumerate() {
            *place = u32::try_from(number).map_err(|_| SnapshotError::TooLarge)?;
            let text = self.text(text)?;
            self.values.push(ValueRow { text, facet: facet.stored() });
        }
        Ok(numbers)
    }

    fn words(&mut self, previous: &SearchIndex, sources: &[Source<'_>]) -> Result<(), SnapshotError> {
        let mut moved = vec![GONE; previous.servers()];
        let mut added: BTreeMap<&str, Vec<Posting>> = BTreeMap::new();
        for (number, source) in sources.iter().enumerate() {
            let server = small(number)?;
            match source {
                Source::Same(before) => {
                    if let Some(place) = moved.get_mut(*before) {
                        *place = server.get();
                    }
                }
                Source::Changed(document) => {
                    for (word, counts) in &document.words {
                        let worth = U16::new(Worth::of(*counts, document.lengths).stored());
                        added.entry(word).or_default().push(Posting { server, worth });
                    }
                }
            }
        }
        let mut added = added.into_iter().peekable();
        for number in 0..previous.words() {
            let word = previous.word(number);
            while let Some((word, postings)) = added.next_if(|(other, _)| *other < word) {
                self.word(word, std::iter::empty(), postings)?;
            }
            let kept = previous.postings_of(number).iter().filter_map(|posting| {
                let server = moved.get(posting.server.get() as usize).copied().filter(|server| *server != GONE)?;
                Some(Posting { server: U32::new(server), ..*posting })
            });
            let postings = added.next_if(|(other, _)| *other == word).map(|(_, postings)| postings).unwrap_or_default();
            self.word(word, kept, postings)?;
        }
        for (word, postings) in added {
            self.word(word, std::iter::empty(), postings)?;
        }
        Ok(())
    }

    fn word(
        &mut self,
        word: &str,
        kept: impl Iterator<Item = Posting>,
        added: Vec<Posting>,
    ) -> Result<(), SnapshotError> {
        let first = self.postings.len();
        let mut added: Peekable<_> = added.into_iter().peekable();
        for posting in kept {
            while let Some(earlier) = added.next_if(|other| other.server.get() < posting.server.get()) {
                self.postings.push(earlier);
            }
            self.postings.push(posting);
        }
        self.postings.extend(added);
        if self.postings.len() > first {
            let (first_posting, postings) = (small(first)?, small(self.postings.len() - first)?);
            let text = self.text(word)?;
            self.words.push(WordRow { text, first_posting, postings });
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<Span, SnapshotError> {
        let span = Span { offset: small(self.heap.len())?, length: small(text.len())? };
        self.heap.extend_from_slice(text.as_bytes());
        Ok(span)
    }

    fn finish(self) -> Result<SearchIndex, SnapshotError> {
        let mut bytes = vec![0; size_of::<Header>()];
        bytes.extend_from_slice(self.rows.as_bytes());
        bytes.extend_from_slice(self.words.as_bytes());
        bytes.extend_from_slice(self.postings.as_bytes());
        bytes.extend_from_slice(self.values.as_bytes());
        bytes.extend_from_slice(self.held.as_bytes());
        bytes.extend_from_slice(&self.heap);
        let header_bytes = size_of::<Header>();
        let header = Header {
            magic: MAGIC,
            format: U32::new(FORMAT),
            servers: small(self.rows.len())?,
            words: small(self.words.len())?,
            postings: small(self.postings.len())?,
            values: small(self.values.len())?,
            held: small(self.held.len())?,
            heap: U64::new(self.heap.len() as u64),
            checksum: U64::new(xxh3_64(bytes.get(header_bytes..).unwrap_or_default())),
        };
        if let Some(place) = bytes.get_mut(..header_bytes) {
            place.copy_from_slice(header.as_bytes());
        }
        SearchIndex::load(Bytes::from(bytes))
    }
}

fn small(number: usize) -> Result<U32, SnapshotError> {
    u32::try_from(number).map(U32::new).map_err(|_| SnapshotError::TooLarge)
}
