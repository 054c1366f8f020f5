//! Snapshots in S3: the state at one serial, laid out for readers. Everything here can be rebuilt from the table.
//!
//! | object | holds |
//! |---|---|
//! | `pointer.json` | serial, time, counts, and the hashes of the others; written last, with `If-Match` |
//! | `index/<hash>` | columns of all entries and where each lies, see [`Index`] |
//! | `deltas/<hash>` | the servers that changed since the index was built, whole: columns and JSON |
//! | `blocks/<hash>` | final JSON of the entries of some servers, joined by commas |
//! | `search/<hash>` | words and facets of all servers of the index, see [`crate::search::SearchIndex`] |
//! | `exports/<hash>/…` | the whole catalogue as one file, compressed for the CDN |
//! | `changes/<hash>/…` | a thousand changes as one file, compressed for the CDN |
//!
//! Names are the SHA-256 of the uncompressed bytes, so that the same state gives the same names whatever compressor made
//! the objects; index, delta and blocks are stored with LZ4.

mod block;
mod block_puts;
mod bucket;
mod build;
mod change_files;
mod change_line;
mod delta;
mod document;
mod entry;
mod error;
mod export;
mod file;
mod index;
mod layout;
mod mirrors;
mod objects;
mod pointer;
mod publish;
mod reader;
mod seal;
mod search;
mod sweep;

pub use block::Block;
pub use bucket::{Bucket, Headers, Precondition, PutBucket, PutFuture};
pub use change_line::{ChangeLine, InvalidLine, name_and_version, with_latest};
pub use document::{ChangeFile, Export, ExportFormat, SnapshotDocument};
pub use entry::{Entry, parse_entry};
pub use error::SnapshotError;
pub use file::{FileKey, InvalidFileKey};
pub use index::{EntryColumns, Index, ServerColumns};
pub use mirrors::{ExportsWhen, ForMirrors};
pub use objects::Objects;
pub use pointer::Pointer;
pub use publish::{Fold, Publication, Published, publish, publish_all};
pub use reader::{Place, Snapshot, SnapshotReader};
pub use seal::Seal;
pub use sweep::sweep;
