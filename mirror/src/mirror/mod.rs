//! The protocol: snapshot, export, files of changes, pages of changes.
//!
//! | module | its one job |
//! |---|---|
//! | `options` | what is asked of a mirror, and what it tells |
//! | `snapshot` | the newest snapshot document |
//! | `adopt` | what a document names becomes what the directory holds |
//! | `continuity` | whether it is the same history |
//! | `files` | the files that a document names |
//! | `pages` | the changes since |
//! | `servers` | `v0.1/servers` of the present serial |

mod adopt;
mod continuity;
mod files;
mod options;
mod pages;
mod servers;
mod snapshot;

use std::path::Path;

use crate::directory::{Directory, Lock};
use crate::document::Plan;
use crate::error::MirrorError;
use crate::held::{held, is_whole};
use crate::keys::Pinned;
use crate::log::Log;
use crate::remote::Remote;
use crate::state::State;

pub use options::{Options, Progress, Report};

/// A directory that follows a registry. Holds an exclusive lock on it.
pub struct Mirror {
    directory: Directory,
    remote: Remote,
    options: Options,
    state: State,
    plan: Option<Plan>,
    keys: Pinned,
    log: Log,
    /// Validator of the answer that there is nothing after the serial.
    nothing_new: Option<(u64, String)>,
    /// A registry of files alone has no route for changes.
    has_changes: bool,
    report: Report,
    _lock: Lock,
}

impl Mirror {
    /// Opens or begins a mirror.
    ///
    /// # Errors
    /// When the directory is in use, follows another registry, or cannot be written.
    pub fn open(directory: &Path, remote: Remote, options: Options) -> Result<Self, MirrorError> {
        let directory = Directory::new(directory);
        let lock = directory.lock()?;
        let mut state = State::read(&directory)?;
        let from = remote.url();
        if state.from.is_empty() {
            state.from = from;
            state.write(&directory)?;
        } else if state.from != from {
            let path = directory.root().to_owned();
            return Err(MirrorError::OtherRegistry { path, known: state.from, asked: from });
        }
        let keys = Pinned::open(&directory, &options.trust)?;
        // What the directory serves was checked before it was put there; all that is asked here is whether it is all there.
        let plan = held(&directory)?.filter(|plan| is_whole(&directory, plan));
        if plan.is_none() {
            state.snapshot_etag = None;
        }
        let log = Log::open(&directory, plan.as_ref().map_or(0, |plan| plan.serial))?;
        Ok(Self {
            directory,
            remote,
            options,
            state,
            plan,
            keys,
            log,
            nothing_new: None,
            has_changes: true,
            report: Report::default(),
            _lock: lock,
        })
    }

    /// The serial that the mirror holds.
    #[must_use]
    pub fn serial(&self) -> u64 {
        self.log.last()
    }

    /// Brings the mirror up to date: the snapshot if there is a newer one, the changes since, and `v0.1/servers`.
    ///
    /// # Errors
    /// What was reached before is kept, and everything that was there is served on.
    pub async fn update(&mut self) -> Result<Report, MirrorError> {
        self.report = Report::default();
        self.has_changes = true;
        let before = self.serial();
        // Changes first: a registry that is behind this mirror says so, before anything of it is taken.
        if self.plan.is_some() {
            self.take_changes().await?;
        }
        self.take_snapshot().await?;
        if !self.take_changes().await? {
            // The changes since this serial are no longer given one by one: a newer snapshot has them.
            self.state.snapshot_etag = None;
            self.take_snapshot().await?;
            self.take_changes().await?;
        }
        self.write_list().await?;
        self.report.serial = self.serial();
        self.report.snapshot = self.plan.as_ref().map_or(0, |plan| plan.serial);
        self.report.changes = self.serial().saturating_sub(before);
        Ok(self.report.clone())
    }

    /// Asks for changes alone: one conditional request when there are none. Whether there were some.
    ///
    /// # Errors
    /// As [`Mirror::update`].
    pub async fn poll(&mut self) -> Result<bool, MirrorError> {
        let before = self.serial();
        if self.plan.is_none() || !self.has_changes || !self.take_changes().await? {
            self.update().await?;
        }
        Ok(self.serial() != before)
    }

    fn refused(&self, path: &str, status: u16, detail: String) -> MirrorError {
        let url = self.remote.place(path).map_or_else(|_| path.to_owned(), |url| crate::remote::shown(&url));
        MirrorError::Refused { url, status, detail }
    }
}
