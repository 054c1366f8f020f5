//! The protocol: snapshot, export, files of changes, pages of changes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use http::header::{ETAG, IF_NONE_MATCH};
use registry::limits;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::directory::{Directory, Lock, paths};
use crate::document::{Document, FileKey, Plan, PlannedChanges};
use crate::download::{blocking, clear_incoming, fetch_checked, unpacked};
use crate::error::MirrorError;
use crate::keys::{Pinned, Trust};
use crate::line::ChangeLine;
use crate::list::{self, ListWriter};
use crate::log::Log;
use crate::overlay::Overlay;
use crate::remote::{Answer, Remote};
use crate::state::{ListState, State};
use crate::unpack::{Unpacked, unpack};

const CHANGES: &str = "v0.1/x/dev.berth/changes";

/// How to mirror.
#[derive(Clone)]
pub struct Options {
    /// Whose signature counts.
    pub trust: Trust,
    /// Hears how far it is.
    pub on_progress: Arc<dyn Fn(Progress) + Send + Sync>,
}

impl Default for Options {
    fn default() -> Self {
        Self { trust: Trust::default(), on_progress: Arc::new(|_| ()) }
    }
}

/// How far a run is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A file comes: so many bytes of so many.
    File {
        /// Its key.
        key: String,
        /// Bytes that are there.
        bytes: u64,
        /// Bytes that it has.
        total: u64,
    },
    /// Changes come: the serial that was reached, and the registry's.
    Changes {
        /// The serial that was reached.
        serial: u64,
        /// The registry's.
        total: u64,
    },
    /// `v0.1/servers` is being written.
    List,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The serial that the mirror holds.
    pub serial: u64,
    /// The serial of its snapshot document.
    pub snapshot: u64,
    /// Changes that this run added, those that came as files included.
    pub changes: u64,
    /// Bytes of the files and answers that this run took.
    pub bytes: u64,
    /// Whether the history was not a continuation of the one that the mirror held, which was given up.
    pub replaced: bool,
}

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

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    changes: Vec<&'a RawValue>,
    metadata: PageMetadata,
}

#[derive(Deserialize)]
struct PageMetadata {
    serial: u64,
}

/// Whether a snapshot is of the history that the directory holds.
enum Continuity {
    Same,
    /// A change is another one. What is signed counts.
    Other,
    /// The snapshot is older than what the directory holds and has no change to compare; the next one has.
    Unknown,
}

/// What a page of changes brought.
enum Paged {
    Nothing,
    Some {
        is_end: bool,
    },
    /// The registry has no such route, or does not go back as far.
    Unanswered,
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

    /// Takes the newest snapshot document and the files that it names and the directory has not.
    async fn take_snapshot(&mut self) -> Result<(), MirrorError> {
        let known = self.state.seen.max(self.plan.as_ref().map_or(0, |plan| plan.serial));
        let Some((mut document, mut body, mut etag)) = self.ask_snapshot(paths::SNAPSHOT).await? else { return Ok(()) };
        if document.serial < known {
            // A cache on the way may be old. A query that it never saw goes past it, and registries do not look at it.
            self.state.snapshot_etag = None;
            let past_caches = format!("{}?after={known}", paths::SNAPSHOT);
            match self.ask_snapshot(&past_caches).await? {
                Some(newer) if newer.0.serial >= known => (document, body, etag) = newer,
                other => {
                    let found = other.map_or(document.serial, |(document, _, _)| document.serial);
                    return Err(MirrorError::RolledBack { known, found });
                }
            }
        }
        let plan = document.plan()?;
        if self.plan.as_ref() == Some(&plan) {
            self.directory.replace_if_other(paths::SNAPSHOT, &body)?;
        } else if !self.adopt(plan, &body).await? {
            self.state.snapshot_etag = None;
            return Ok(());
        }
        self.keys.follow(&self.remote, &self.directory).await?;
        self.state.seen = document.serial;
        self.state.snapshot_etag = etag;
        self.state.write(&self.directory)
    }

    async fn ask_snapshot(&mut self, path: &str) -> Result<Option<(Document, Vec<u8>, Option<String>)>, MirrorError> {
        let etag = self.state.snapshot_etag.clone();
        let conditions: Vec<_> = etag.iter().map(|etag| (IF_NONE_MATCH, etag.as_str())).collect();
        match self.remote.get(path, &conditions, limits::MIRROR_DOCUMENT_BYTES).await? {
            Answer::NotModified => Ok(None),
            Answer::Found { headers, body } => {
                self.report.bytes += body.len() as u64;
                let trust = &self.options.trust;
                let document = self.keys.check(&body, &self.remote, &self.directory, trust).await?;
                let etag = headers.get(ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
                Ok(Some((document, body.to_vec(), etag)))
            }
            Answer::Other { status, detail } => Err(self.refused(paths::SNAPSHOT, status, detail)),
        }
    }

    /// Fetches what the plan names, and makes it what the directory holds; `false` when it has to wait for the next snapshot.
    async fn adopt(&mut self, plan: Plan, body: &[u8]) -> Result<bool, MirrorError> {
        clear_incoming(&self.directory, plan.keys());
        let mut lines: Vec<ChangeLine> = Vec::new();
        for changes in &plan.changes {
            lines.extend(self.take_changes_file(changes).await?);
        }
        let continues = match self.continuity(&plan, &lines)? {
            Continuity::Same => true,
            Continuity::Other => false,
            Continuity::Unknown => return Ok(false),
        };
        let mut all: Vec<ChangeLine> = lines.into_iter().filter(|line| line.serial() > plan.export_serial).collect();
        if continues {
            all.extend(self.log.lines(plan.serial.max(plan.export_serial))?);
        }
        let serial = all.last().map_or(plan.serial, |line| line.serial().max(plan.serial));
        let list = self.take_export(&plan, Overlay::of(all)).await?;

        if !continues {
            tracing::warn!(
                serial = self.log.last(),
                snapshot = plan.serial,
                "the registry signed another history than it answered before: the changes since the snapshot are given up"
            );
            self.report.replaced = true;
            self.state.generation += 1;
            self.state.list = None;
            self.state.write(&self.directory)?;
            self.log.clear(plan.serial)?;
        }
        let old: Vec<FileKey> = self.plan.iter().flat_map(|plan| plan.keys().cloned()).collect();
        self.directory.replace(paths::SNAPSHOT, body)?;
        self.log.compact(plan.serial)?;
        if let Some((draft, bytes)) = list {
            self.directory.put_in_place(&draft, &self.directory.path(paths::SERVERS))?;
            self.state.list = Some(ListState { serial, bytes });
        }
        // Whoever mirrors from this directory may be at the files of the document before.
        let kept: BTreeSet<FileKey> = plan.keys().cloned().chain(old).collect();
        self.directory.keys().iter().filter(|key| !kept.contains(key)).for_each(|key| self.directory.remove(key));
        self.plan = Some(plan);
        Ok(true)
    }

    /// Compares what the directory has of the history with what the registry signed.
    fn continuity(&self, plan: &Plan, signed: &[ChangeLine]) -> Result<Continuity, MirrorError> {
        let Some(held) = &self.plan else { return Ok(Continuity::Same) };
        let mut known = changes_of(&self.directory, held)?;
        known.extend(self.log.lines(held.serial)?);
        let first = known.first().map_or(0, ChangeLine::serial);
        let of = |line: &ChangeLine| known.get(usize::try_from(line.serial().checked_sub(first)?).ok()?);
        if signed.iter().any(|line| of(line).is_some_and(|known| known.change != line.change)) {
            return Ok(Continuity::Other);
        }
        // What comes after the snapshot is kept if the last change that it has is known to be the same one.
        let is_joined = self.log.last() <= plan.serial || signed.last().is_some_and(|line| of(line).is_some());
        Ok(if is_joined { Continuity::Same } else { Continuity::Unknown })
    }

    async fn take_changes_file(&mut self, of: &PlannedChanges) -> Result<Vec<ChangeLine>, MirrorError> {
        let (key, first, last) = (of.file.key.clone(), of.first, of.last);
        let content = if self.directory.file(&key).exists() {
            let (path, file) = (self.directory.file(&key), of.file.clone());
            blocking(move || unpacked(&path, &file)).await?.ok()
        } else {
            None
        };
        let content = match content {
            Some(content) => content,
            None => {
                self.report.bytes += of.file.bytes;
                let file = of.file.clone();
                let check = Arc::new(move |path: &Path| unpacked(path, &file));
                fetch_checked(&self.remote, &self.directory, &of.file, &self.on_bytes(&key, of.file.bytes), check)
                    .await?
            }
        };
        blocking(move || lines_of(&key, first, last, &content)).await
    }

    /// The export in its place, and where a list waits that was written on the way if the export had to be fetched, with its
    /// size.
    async fn take_export(&mut self, plan: &Plan, overlay: Overlay) -> Result<Option<(PathBuf, u64)>, MirrorError> {
        let file = plan.export.clone();
        let place = self.directory.file(&file.key);
        let is_there = std::fs::metadata(&place).is_ok_and(|metadata| metadata.len() == file.bytes);
        if is_there {
            return Ok(None);
        }
        self.report.bytes += file.bytes;
        let draft = list::draft(&self.directory);
        let on_bytes = self.on_bytes(&file.key, file.bytes);
        let check = Arc::new({
            let (file, draft) = (file.clone(), draft.clone());
            move |path: &Path| -> Result<Result<u64, String>, MirrorError> {
                let mut list = ListWriter::create(&draft, &overlay)?;
                Ok(match unpack(path, &file, |piece| list.push(piece))? {
                    Unpacked::Whole => Ok(list.finish()?),
                    Unpacked::Wrong(reason) => Err(reason),
                })
            }
        });
        let bytes = fetch_checked(&self.remote, &self.directory, &file, &on_bytes, check).await?;
        Ok(Some((draft, bytes)))
    }

    /// Takes the changes since; `false` when the registry does not give them and a newer snapshot has to.
    async fn take_changes(&mut self) -> Result<bool, MirrorError> {
        let mut is_again = false;
        loop {
            match self.take_page().await {
                Ok(Paged::Nothing | Paged::Some { is_end: true }) => return Ok(true),
                Ok(Paged::Some { is_end: false }) => is_again = false,
                Ok(Paged::Unanswered) => return Ok(!self.has_changes),
                // An answer may be an old one, of a cache: it is asked for again, then a snapshot is begun from.
                Err(MirrorError::Gap { .. }) if !is_again => is_again = true,
                Err(MirrorError::Gap { expected, found }) => {
                    tracing::warn!(expected, found, "changes are missing: the snapshot is asked for");
                    return Ok(false);
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn take_page(&mut self) -> Result<Paged, MirrorError> {
        let since = self.serial();
        let path = format!("{CHANGES}?since={since}&limit={}", limits::MIRROR_PAGE_CHANGES);
        let known = self.nothing_new.clone().filter(|(serial, _)| *serial == since);
        let conditions: Vec<_> = known.iter().map(|(_, etag)| (IF_NONE_MATCH, etag.as_str())).collect();
        let (headers, body) = match self.remote.get(&path, &conditions, limits::MIRROR_PAGE_BYTES).await? {
            Answer::NotModified => return Ok(Paged::Nothing),
            Answer::Found { headers, body } => (headers, body),
            Answer::Other { status: 404 | 405, .. } => {
                self.has_changes = false;
                return Ok(Paged::Unanswered);
            }
            Answer::Other { status: 410, .. } => return Ok(Paged::Unanswered),
            Answer::Other { status: 409, detail } => {
                let found = registry_serial(&detail).unwrap_or_default();
                return Err(MirrorError::RolledBack { known: since, found });
            }
            Answer::Other { status, detail } => return Err(self.refused(&path, status, detail)),
        };
        self.report.bytes += body.len() as u64;
        let (lines, serial) = blocking(move || page(&body, since)).await?;
        if lines.is_empty() && serial > since {
            return Err(MirrorError::Gap { expected: since + 1, found: serial });
        }
        if lines.is_empty() {
            let etag = headers.get(ETAG).and_then(|etag| etag.to_str().ok());
            self.nothing_new = etag.map(|etag| (since, etag.to_owned()));
            return Ok(Paged::Nothing);
        }
        self.log.append(&lines)?;
        (self.options.on_progress)(Progress::Changes { serial: self.serial(), total: serial });
        Ok(Paged::Some { is_end: self.serial() >= serial })
    }

    /// Writes `v0.1/servers` of the present serial, if it is of another.
    ///
    /// # Errors
    /// When the directory cannot be written, or its export was damaged.
    pub async fn write_list(&mut self) -> Result<(), MirrorError> {
        let Some(plan) = self.plan.clone() else { return Ok(()) };
        let (serial, place) = (self.serial(), self.directory.path(paths::SERVERS));
        let is_written = self.state.list.is_some_and(|list| {
            list.serial == serial && std::fs::metadata(&place).is_ok_and(|metadata| metadata.len() == list.bytes)
        });
        if is_written {
            return Ok(());
        }
        (self.options.on_progress)(Progress::List);
        let directory = self.directory.clone();
        let log = self.log.lines(plan.serial)?;
        let (draft, bytes) = blocking(move || {
            let mut lines = changes_of(&directory, &plan)?;
            lines.extend(log);
            let (overlay, draft) = (Overlay::of(lines), list::draft(&directory));
            directory.create_parent(&draft)?;
            let mut list = ListWriter::create(&draft, &overlay)?;
            let path = directory.file(&plan.export.key);
            match unpack(&path, &plan.export, |piece| list.push(piece))? {
                Unpacked::Whole => {}
                Unpacked::Wrong(reason) => return Err(MirrorError::Damaged { path, reason }),
            }
            let bytes = list.finish()?;
            Ok((draft, bytes))
        })
        .await?;
        self.directory.put_in_place(&draft, &place)?;
        self.state.list = Some(ListState { serial, bytes });
        self.state.write(&self.directory)
    }

    fn on_bytes(&self, key: &FileKey, total: u64) -> impl Fn(u64) + Send + Sync + use<> {
        let (hear, key) = (Arc::clone(&self.options.on_progress), key.to_string());
        move |bytes| hear(Progress::File { key: key.clone(), bytes, total })
    }

    fn refused(&self, path: &str, status: u16, detail: String) -> MirrorError {
        let url = self.remote.place(path).map_or_else(|_| path.to_owned(), |url| crate::remote::shown(&url));
        MirrorError::Refused { url, status, detail }
    }
}

/// The plan of the document that a directory holds.
pub(crate) fn held(directory: &Directory) -> Result<Option<Plan>, MirrorError> {
    let Some(body) = directory.read(paths::SNAPSHOT)? else { return Ok(None) };
    Document::parse(&body)?.plan().map(Some)
}

/// Whether all files of a plan are there, by their sizes.
pub(crate) fn is_whole(directory: &Directory, plan: &Plan) -> bool {
    let files = std::iter::once(&plan.export).chain(plan.changes.iter().map(|changes| &changes.file));
    files
        .into_iter()
        .all(|file| std::fs::metadata(directory.file(&file.key)).is_ok_and(|metadata| metadata.len() == file.bytes))
}

/// The changes of a plan's files, those that the export has left out.
pub(crate) fn changes_of(directory: &Directory, plan: &Plan) -> Result<Vec<ChangeLine>, MirrorError> {
    let mut all = Vec::new();
    for PlannedChanges { file, first, last } in &plan.changes {
        let path = directory.file(&file.key);
        let content = unpacked(&path, file)?.map_err(|reason| MirrorError::Damaged { path, reason })?;
        let lines = lines_of(&file.key, *first, *last, &content)?;
        all.extend(lines.into_iter().filter(|line| line.serial() > plan.export_serial));
    }
    Ok(all)
}

fn lines_of(key: &FileKey, first: u64, last: u64, content: &[u8]) -> Result<Vec<ChangeLine>, MirrorError> {
    let malformed = |reason: String| MirrorError::malformed(key.as_str(), reason);
    let text = std::str::from_utf8(content).map_err(|error| malformed(error.to_string()))?;
    let mut next = first;
    let mut lines = Vec::new();
    for line in text.lines() {
        let line = ChangeLine::parse(line).map_err(malformed)?;
        if line.serial() != next {
            return Err(malformed(format!("it has change {} where {next} follows", line.serial())));
        }
        next += 1;
        lines.push(line);
    }
    if next != last + 1 {
        return Err(malformed(format!("it ends before change {next} and should have {last}")));
    }
    Ok(lines)
}

/// The changes of a page that follow `since`, and the registry's serial.
fn page(body: &[u8], since: u64) -> Result<(Vec<ChangeLine>, u64), MirrorError> {
    let malformed = |reason: String| MirrorError::malformed("a page of changes", reason);
    let page: Page<'_> = serde_json::from_slice(body).map_err(|error| malformed(error.to_string()))?;
    let mut lines: Vec<ChangeLine> = Vec::with_capacity(page.changes.len());
    for raw in page.changes {
        if raw.get().contains('\n') {
            return Err(malformed("a change has several lines".to_owned()));
        }
        let line = ChangeLine::parse(raw.get()).map_err(malformed)?;
        // A repeated answer brings what is there already.
        if line.serial() <= since {
            continue;
        }
        let expected = since + 1 + lines.len() as u64;
        if line.serial() != expected {
            return Err(MirrorError::Gap { expected, found: line.serial() });
        }
        lines.push(line);
    }
    Ok((lines, page.metadata.serial))
}

/// The serial that a refusal names.
fn registry_serial(detail: &str) -> Option<u64> {
    let rest = detail.split_once("serial ")?.1;
    rest.split(|char: char| !char.is_ascii_digit()).next()?.parse().ok()
}
