//! Follows a registry into a directory: the reference client of the mirror protocol (`docs/mirrors.md`).
//!
//! | module | its one job |
//! |---|---|
//! | `document` | the snapshot document, and which keys it may name |
//! | `keys` | whose signature counts |
//! | `directory` | where everything lies, and how it is replaced |
//! | `state` | what the mirror remembers beside what it serves |
//! | `line` | one change |
//! | `log` | changes that no file of the directory has yet |
//! | `remote` | requests, with limits and more tries |
//! | `download` | files of the registry, checked before they are in their place |
//! | `unpack` | decompression with a limit, and the hash |
//! | `overlay` | servers that changed since the export |
//! | `list` | the present state as one list response |
//! | `held` | what of a snapshot document the directory holds |
//! | `mirror` | the protocol |
//! | `follow` | the protocol again and again |
//! | `history` | the directory, as whoever serves it reads it |
//!
//! Nothing is put in its place before it was checked, and every file is replaced by a rename. So whatever ends a run, at
//! whatever moment, the directory holds one whole state, and the next run goes on from it.

mod directory;
mod document;
mod download;
mod error;
mod follow;
mod held;
mod history;
mod keys;
mod line;
mod list;
mod log;
mod mirror;
mod overlay;
mod remote;
mod state;
mod unpack;

pub use directory::{Directory, paths};
pub use document::{ChangesFile, Document, ExportFile};
pub use error::MirrorError;
pub use follow::{FollowEvent, follow};
pub use history::{History, Mirrored};
pub use keys::Trust;
pub use line::ChangeLine;
pub use mirror::{Mirror, Options, Progress, Report};
pub use remote::{Remote, Retry};
