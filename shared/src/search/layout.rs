//! The binary layout of the search index. All numbers are little-endian and unaligned, so that it is used where it lies.
//!
//! `Header`, then the tables in the order of their counts, then the heap that words and values stand in. The checksum covers
//! all that follows the header.

use zerocopy::little_endian::{I64, U16, U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

pub(super) const MAGIC: [u8; 8] = *b"BERTHFND";
pub(super) const FORMAT: u32 = 2;

#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct Header {
    pub(super) magic: [u8; 8],
    pub(super) format: U32,
    pub(super) servers: U32,
    pub(super) words: U32,
    pub(super) postings: U32,
    pub(super) values: U32,
    /// Values of all servers together.
    pub(super) held: U32,
    pub(super) heap: U64,
    pub(super) checksum: U64,
}

/// A piece of the heap.
#[derive(Clone, Copy, Default, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct Span {
    pub(super) offset: U32,
    pub(super) length: U32,
}

/// A server, by its number in the snapshot's index.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct ServerRow {
    pub(super) published_at: I64,
    pub(super) updated_at: I64,
    /// Its values: a piece of the table of held values.
    pub(super) first_value: U32,
    pub(super) values: U16,
    /// Words of the name that are not common.
    pub(super) name_words: u8,
    /// As [`crate::model::Status`].
    pub(super) status: u8,
}

/// A word; sorted by its bytes.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct WordRow {
    pub(super) text: Span,
    pub(super) first_posting: U32,
    pub(super) postings: U32,
}

/// That a server has a word; sorted by server.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct Posting {
    pub(super) server: U32,
    /// What it says for the server, see [`super::score::Worth`].
    pub(super) worth: U16,
}

/// A value of a facet; sorted by facet, then by its bytes.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct ValueRow {
    pub(super) text: Span,
    pub(super) facet: u8,
}
