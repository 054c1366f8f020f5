//! The directory, as whoever serves it reads it: while another process, or another task of this one, writes it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use registry::model::ServerName;
use registry::store::ServerState;

use crate::directory::{Directory, paths};
use crate::document::Plan;
use crate::error::MirrorError;
use crate::held::{changes_of, held, is_whole};
use crate::line::ChangeLine;
use crate::log;
use crate::overlay;
use crate::state::State;
use crate::unpack::{Unpacked, unpack};

/// The changes that a mirror holds, kept up with by looking at its files.
#[derive(Debug)]
pub struct History {
    directory: Directory,
    held: Mutex<Held>,
}

/// What a directory held when it was looked at.
#[derive(Debug)]
struct Held {
    generation: u64,
    plan: Plan,
    /// Dense, oldest first; they begin after the export or earlier, and reach to the serial.
    lines: Vec<ChangeLine>,
    seen: Seen,
}

/// What tells whether a file is another one, or longer.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    snapshot: Option<Mark>,
    log: Option<Mark>,
    /// How much of the log was read.
    log_bytes: u64,
}

#[derive(Clone, Debug, PartialEq)]
struct Mark {
    file: u64,
    bytes: u64,
    modified: Option<SystemTime>,
}

/// Where a mirror is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mirrored {
    /// The serial that its changes reach to.
    pub serial: u64,
    /// The serial after which it has every change.
    pub since: u64,
    /// Moves when its history is no continuation of the one before: what was made of that one has to go.
    pub generation: u64,
}

impl History {
    /// Opens a directory that was mirrored into.
    ///
    /// # Errors
    /// When there is no mirror in it, or it was damaged.
    pub fn open(directory: &Path) -> Result<Self, MirrorError> {
        let directory = Directory::new(directory);
        let held = Held::load(&directory)?;
        Ok(Self { directory, held: Mutex::new(held) })
    }

    /// The directory.
    #[must_use]
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Where the mirror is now: two looks at the directory, and what was appended to the log since the last call.
    ///
    /// # Errors
    /// When the directory cannot be read. What was read before stays.
    pub fn now(&self) -> Result<Mirrored, MirrorError> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.keep_up(&self.directory)?;
        Ok(held.mirrored())
    }

    /// The changes `after+1..=upto` of a generation, as far as they are held, oldest first.
    #[must_use]
    pub fn lines(&self, generation: u64, after: u64, upto: u64) -> Vec<ChangeLine> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.generation != generation {
            return Vec::new();
        }
        held.lines.iter().filter(|line| line.serial() > after && line.serial() <= upto).cloned().collect()
    }

    /// Forgets changes up to `upto` that the export has as well.
    pub fn forget(&self, upto: u64) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let upto = upto.min(held.plan.export_serial);
        held.lines.retain(|line| line.serial() > upto);
    }

    /// Every server, at the serial of [`History::now`]. Blocks, and reads all of the export.
    ///
    /// # Errors
    /// When the export was damaged.
    pub fn servers(&self) -> Result<(Mirrored, BTreeMap<ServerName, ServerState>), MirrorError> {
        let (plan, lines, mirrored) = {
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            held.keep_up(&self.directory)?;
            (held.plan.clone(), held.lines.clone(), held.mirrored())
        };
        let mut servers = export(&self.directory, &plan)?;
        for line in lines.into_iter().filter(|line| line.serial() > plan.export_serial) {
            let name = line.change.name.clone();
            let mut state = servers.remove(&name);
            ServerState::apply(&mut state, line.change);
            servers.extend(state.map(|state| (name, state)));
        }
        Ok((mirrored, servers))
    }
}

impl Held {
    fn load(directory: &Directory) -> Result<Self, MirrorError> {
        // Whoever writes puts files before the document, and takes from the log after it: what is read in the order document,
        // log may lack what was moved between them, and is read again.
        for _ in 0..100 {
            let snapshot = mark(&directory.path(paths::SNAPSHOT));
            let state = State::read(directory)?;
            let empty = || MirrorError::Empty(directory.root().to_owned());
            let plan = held(directory)?.filter(|plan| is_whole(directory, plan)).ok_or_else(empty)?;
            let mut lines = changes_of(directory, &plan)?;
            let bytes = directory.read(paths::LOG)?.unwrap_or_default();
            let (logged, log_bytes) = log::read(&bytes);
            let is_joined = logged.first().is_none_or(|first| first.serial() <= plan.serial + 1);
            if snapshot != mark(&directory.path(paths::SNAPSHOT)) || !is_joined {
                std::thread::sleep(std::time::Duration::from_millis(5));
                continue;
            }
            lines.extend(logged.into_iter().filter(|line| line.serial() > plan.serial));
            let log = mark(&directory.path(paths::LOG));
            let seen = Seen { snapshot, log, log_bytes: log_bytes as u64 };
            return Ok(Self { generation: state.generation, plan, lines, seen });
        }
        Err(MirrorError::Damaged {
            path: directory.path(paths::LOG),
            reason: "it does not follow the snapshot".to_owned(),
        })
    }

    fn mirrored(&self) -> Mirrored {
        let serial = self.lines.last().map_or(self.plan.serial, ChangeLine::serial);
        let since = self.lines.first().map_or(self.plan.export_serial, |first| first.serial() - 1);
        Mirrored { serial, since, generation: self.generation }
    }

    fn keep_up(&mut self, directory: &Directory) -> Result<(), MirrorError> {
        let (snapshot, log) = (mark(&directory.path(paths::SNAPSHOT)), mark(&directory.path(paths::LOG)));
        if snapshot == self.seen.snapshot {
            if log == self.seen.log {
                return Ok(());
            }
            // A log that was begun since is read from its beginning.
            let is_same = match (&self.seen.log, &log) {
                (Some(before), Some(now)) => before.file == now.file && now.bytes >= self.seen.log_bytes,
                (None, Some(_)) => true,
                (_, None) => false,
            };
            if is_same && self.read_tail(directory, log)? {
                return Ok(());
            }
        }
        let mut now = Self::load(directory)?;
        if now.generation == self.generation {
            // What the new export has in it is kept until it is forgotten: a catalogue may be based on an older state.
            let since = now.mirrored().since;
            if self.mirrored().serial >= since {
                let mut lines: Vec<_> = self.lines.drain(..).filter(|line| line.serial() <= since).collect();
                lines.append(&mut now.lines);
                now.lines = lines;
            }
        }
        *self = now;
        Ok(())
    }

    /// Reads what was appended; `false` when it does not follow.
    fn read_tail(&mut self, directory: &Directory, log: Option<Mark>) -> Result<bool, MirrorError> {
        let path = directory.path(paths::LOG);
        let mut bytes = Vec::new();
        let read = File::open(&path).and_then(|mut file| {
            file.seek(SeekFrom::Start(self.seen.log_bytes))?;
            file.read_to_end(&mut bytes)
        });
        read.map_err(MirrorError::io("read", &path))?;
        let (lines, valid) = log::read(&bytes);
        let serial = self.mirrored().serial;
        let lines: Vec<_> = lines.into_iter().filter(|line| line.serial() > serial).collect();
        if lines.first().is_some_and(|first| first.serial() != serial + 1) {
            return Ok(false);
        }
        self.lines.extend(lines);
        self.seen.log_bytes += valid as u64;
        // A line that is being written is read when it is whole.
        self.seen.log = log.filter(|log| log.bytes == self.seen.log_bytes);
        Ok(true)
    }
}

/// The servers of an export.
fn export(directory: &Directory, plan: &Plan) -> Result<BTreeMap<ServerName, ServerState>, MirrorError> {
    let path = directory.file(&plan.export.key);
    let malformed = |reason: String| MirrorError::malformed("the export", reason);
    let mut servers = BTreeMap::new();
    let (mut name, mut lines): (Option<ServerName>, Vec<Vec<u8>>) = (None, Vec::new());
    let mut take = |name: Option<ServerName>, lines: &mut Vec<Vec<u8>>| {
        let state = overlay::server(lines).map_err(malformed)?;
        lines.clear();
        servers.extend(name.zip(state));
        Ok::<_, MirrorError>(())
    };
    let mut cut = Vec::new();
    let unpacked = unpack(&path, &plan.export, |piece| {
        cut.extend_from_slice(piece);
        let mut begin = 0;
        while let Some(rest) = cut.get(begin..)
            && let Some(end) = memchr::memchr(b'\n', rest)
        {
            let line = rest.get(..end).unwrap_or_default();
            let found = crate::list::name_of(line).ok_or_else(|| malformed("a line has no name".to_owned()))?;
            if name.as_ref().is_none_or(|name| name.as_str() != found) {
                let found = found.parse().map_err(|_| malformed(format!("{found:?} is no name of a server")))?;
                let before = name.replace(found);
                take(before, &mut lines)?;
            }
            lines.push(line.to_vec());
            begin += end + 1;
        }
        cut.drain(..begin);
        Ok(())
    })?;
    if let Unpacked::Wrong(reason) = unpacked {
        return Err(MirrorError::Damaged { path, reason });
    }
    take(name, &mut lines)?;
    Ok(servers)
}

fn mark(path: &Path) -> Option<Mark> {
    let metadata = fs::metadata(path).ok()?;
    Some(Mark { file: number(&metadata), bytes: metadata.len(), modified: metadata.modified().ok() })
}

/// Tells a file from one that took its place.
#[cfg(unix)]
fn number(metadata: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

/// Elsewhere its age does.
#[cfg(not(unix))]
fn number(metadata: &fs::Metadata) -> u64 {
    let created = metadata.created().ok().and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
    created.map_or(0, |age| age.as_nanos() as u64)
}
