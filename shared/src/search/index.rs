//! The search index: used in place, loading it checks it and copies nothing.

use bytes::Bytes;
use xxhash_rust::xxh3::xxh3_64;
use zerocopy::FromBytes;
use zerocopy::little_endian::U32;

use super::facet::Facet;
use super::layout::{FORMAT, Header, MAGIC, Posting, ServerRow, Span, ValueRow, WordRow};
use crate::snapshot::SnapshotError;

/// A checked search index. Server numbers are those of the snapshot's index.
#[derive(Clone, Debug, Default)]
pub struct SearchIndex {
    bytes: Bytes,
    counts: [usize; 5],
    at: [usize; 6],
}

impl SearchIndex {
    /// Checks magic, format, lengths and checksum, and that every span and number points where it may.
    ///
    /// # Errors
    /// Says what is wrong with the bytes.
    pub fn load(bytes: Bytes) -> Result<Self, SnapshotError> {
        let corrupt =
            |reason: &str| SnapshotError::Corrupt { key: "the search index".to_owned(), reason: reason.to_owned() };
        let (header, rest) = Header::read_from_prefix(&bytes).map_err(|_| corrupt("it is too short"))?;
        if header.magic != MAGIC {
            return Err(corrupt("it does not begin as a search index does"));
        }
        if header.format.get() != FORMAT {
            return Err(corrupt("it has a format that this version of berth does not read"));
        }
        let counts = [header.servers, header.words, header.postings, header.values, header.held]
            .map(|count| count.get() as usize);
        let sizes = [
            size_of::<ServerRow>(),
            size_of::<WordRow>(),
            size_of::<Posting>(),
            size_of::<ValueRow>(),
            size_of::<U32>(),
        ];
        let mut at = [size_of::<Header>(); 6];
        let mut end = size_of::<Header>();
        for (place, (count, size)) in at.iter_mut().skip(1).zip(counts.into_iter().zip(sizes)) {
            end += count * size;
            *place = end;
        }
        if (bytes.len() as u64).checked_sub(end as u64) != Some(header.heap.get()) {
            return Err(corrupt("its length is not what its header says"));
        }
        if xxh3_64(rest) != header.checksum.get() {
            return Err(corrupt("its checksum is wrong"));
        }
        let index = Self { bytes, counts, at };
        if !index.is_consistent() {
            return Err(corrupt("it points outside itself"));
        }
        Ok(index)
    }

    /// With the checksum right this only fails for what a broken writer made; it lets every later access be infallible.
    fn is_consistent(&self) -> bool {
        let [servers, _, postings, values, held] = self.counts;
        let piece = |first: U32, count: u32, of: usize| u64::from(first.get()) + u64::from(count) <= of as u64;
        self.rows().iter().all(|row| piece(row.first_value, row.values.get().into(), held))
            && self
                .word_rows()
                .iter()
                .all(|row| piece(row.first_posting, row.postings.get(), postings) && self.text(row.text).is_some())
            && self.postings().iter().all(|posting| (posting.server.get() as usize) < servers)
            && self.value_rows().iter().all(|row| self.text(row.text).is_some() && Facet::read(row.facet).is_some())
            && self.held().iter().all(|value| (value.get() as usize) < values)
    }

    /// The bytes, as they are stored.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// How many servers there are.
    #[must_use]
    pub fn servers(&self) -> usize {
        self.counts[0]
    }

    /// How many words there are.
    #[must_use]
    pub fn words(&self) -> usize {
        self.counts[1]
    }

    pub(super) fn rows(&self) -> &[ServerRow] {
        self.table(0)
    }

    pub(super) fn word_rows(&self) -> &[WordRow] {
        self.table(1)
    }

    fn postings(&self) -> &[Posting] {
        self.table(2)
    }

    pub(super) fn value_rows(&self) -> &[ValueRow] {
        self.table(3)
    }

    fn held(&self) -> &[U32] {
        self.table(4)
    }

    /// Word number `number`.
    pub(super) fn word(&self, number: usize) -> &str {
        self.word_rows().get(number).and_then(|row| self.text(row.text)).unwrap_or_default()
    }

    /// Who has word number `number`.
    pub(super) fn postings_of(&self, number: usize) -> &[Posting] {
        let Some(row) = self.word_rows().get(number) else { return &[] };
        let first = row.first_posting.get() as usize;
        self.postings().get(first..first + row.postings.get() as usize).unwrap_or_default()
    }

    /// Value number `number`.
    pub(super) fn value(&self, number: usize) -> Option<(Facet, &str)> {
        let row = self.value_rows().get(number)?;
        Some((Facet::read(row.facet)?, self.text(row.text)?))
    }

    /// The number of a value.
    pub(super) fn value_number(&self, facet: Facet, text: &str) -> Option<usize> {
        let key = |row: &ValueRow| (row.facet, self.text(row.text).unwrap_or_default());
        self.value_rows().binary_search_by(|row| key(row).cmp(&(facet.stored(), text))).ok()
    }

    /// The values of a server.
    pub(super) fn held_by(&self, row: &ServerRow) -> &[U32] {
        let first = row.first_value.get() as usize;
        self.held().get(first..first + usize::from(row.values.get())).unwrap_or_default()
    }

    /// Number of the first word that is not below `word`.
    pub(super) fn words_from(&self, word: &str) -> usize {
        self.word_rows().partition_point(|row| self.text_bytes(row.text) < word.as_bytes())
    }

    /// The number of a word.
    pub(super) fn word_number(&self, word: &str) -> Option<usize> {
        let number = self.words_from(word);
        (self.word_rows().get(number).is_some_and(|row| self.text_bytes(row.text) == word.as_bytes())).then_some(number)
    }

    fn table<T: FromBytes + zerocopy::Immutable + zerocopy::KnownLayout>(&self, number: usize) -> &[T] {
        let at = self.at.get(number).copied().unwrap_or_default();
        let count = self.counts.get(number).copied().unwrap_or_default();
        let bytes = self.bytes.get(at..).unwrap_or_default();
        <[T]>::ref_from_prefix_with_elems(bytes, count).map(|(rows, _)| rows).unwrap_or_default()
    }

    fn text_bytes(&self, span: Span) -> &[u8] {
        let start = self.at[5].saturating_add(span.offset.get() as usize);
        self.bytes.get(start..start.saturating_add(span.length.get() as usize)).unwrap_or_default()
    }

    fn text(&self, span: Span) -> Option<&str> {
        let end = u64::from(span.offset.get()) + u64::from(span.length.get());
        let heap = self.bytes.len().checked_sub(self.at[5])?;
        (end <= heap as u64).then(|| std::str::from_utf8(self.text_bytes(span)).ok())?
    }
}
