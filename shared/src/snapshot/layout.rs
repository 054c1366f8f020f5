//! The binary layout of the index. All numbers are little-endian and unaligned, so that the file is used where it lies.
//!
//! `Header`, then the server, entry and block tables, then the heap that their spans point into, then the texts that `search`
//! looks at: those of a server side by side, each once, in the order of the servers, each closed by a NUL. So one scan finds
//! the servers of a search, and what versions repeat is not scanned again. The checksum covers all that follows the header.

use zerocopy::little_endian::{I64, U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

pub(super) const MAGIC: [u8; 8] = *b"BERTHIDX";
pub(super) const FORMAT: u32 = 2;

pub(super) const LATEST: u8 = 0b100;
pub(super) const STATUS_MASK: u8 = 0b011;

#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct Header {
    pub(super) magic: [u8; 8],
    pub(super) format: U32,
    pub(super) servers: U32,
    pub(super) entries: U32,
    pub(super) blocks: U32,
    pub(super) heap: U64,
    pub(super) texts: U64,
    /// XXH3 of the rest: the object's name is its SHA-256 already, this one is for speed.
    pub(super) checksum: U64,
}

/// A piece of the heap.
#[derive(Clone, Copy, Default, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct Span {
    pub(super) offset: U32,
    pub(super) length: U32,
}

/// A server; its entries are neighbours. Sorted by name.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct ServerRow {
    pub(super) name: Span,
    pub(super) owner: Span,
    /// Serial of the server's last change.
    pub(super) serial: U64,
    /// When any of its entries changed last.
    pub(super) updated_at: I64,
    /// Where its texts begin.
    pub(super) texts: U32,
    pub(super) first_entry: U32,
    pub(super) entries: U32,
    pub(super) block: U32,
}

/// A version of a server. Sorted by name, then version.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct EntryRow {
    pub(super) version: Span,
    /// Name, NUL, description, in lower case: a piece of the texts.
    pub(super) search: Span,
    pub(super) published_at: I64,
    pub(super) updated_at: I64,
    /// Place of the rendered entry in its server's block.
    pub(super) offset: U32,
    pub(super) length: U32,
    pub(super) flags: u8,
}

/// A block; its servers are neighbours.
#[derive(Clone, Copy, Default, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct BlockRow {
    pub(super) hash: [u8; 32],
    pub(super) bytes: U32,
    pub(super) first_server: U32,
    pub(super) servers: U32,
}
