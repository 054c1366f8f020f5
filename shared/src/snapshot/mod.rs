//! Snapshots in S3: the state at one serial, laid out for readers. Everything here can be rebuilt from the table.
//!
//! | object | holds |
//! |---|---|
//! | `pointer.json` | serial, time, counts, and the hashes of the others; written last, with `If-Match` |
//! | `index/<hash>` | columns of all entries and where each lies, see [`Index`] |
//! | `blocks/<hash>` | final JSON of the entries of some servers, joined by commas |
//! | `exports/<hash>/…` | the whole catalogue as one file, compressed for the CDN |
//! | `changes/<hash>/…` | a thousand changes as one file, compressed for the CDN |
//!
//! Names are the SHA-256 of the uncompressed bytes, so that the same state gives the same names whatever compressor made
//! the objects; index and blocks are stored with LZ4.

mod block;
mod bucket;
mod build;
mod change_files;
mod change_line;
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

pub use block::Block;
pub use bucket::{Bucket, Headers, Precondition, PutBucket, PutFuture};
pub use build::{Built, build};
pub use change_line::{ChangeLine, InvalidLine, name_and_version, with_latest};
pub use document::{ChangeFile, Export, ExportFormat, SnapshotDocument};
pub use entry::{Entry, parse_entry};
pub use error::SnapshotError;
pub use file::{FileKey, InvalidFileKey};
pub use index::{EntryColumns, Index, ServerColumns};
pub use mirrors::{ExportsWhen, ForMirrors};
pub use objects::Objects;
pub use pointer::Pointer;
pub use publish::{Published, publish};
pub use reader::{Snapshot, SnapshotReader};
pub use seal::Seal;
