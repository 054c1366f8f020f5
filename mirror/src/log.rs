//! The mirror's own log: changes that no file of the directory has yet, one a line, appended before they count.

use std::fs::{self, File};
use std::io::Write;

use crate::directory::{Directory, paths};
use crate::error::MirrorError;
use crate::line::ChangeLine;

#[derive(Debug)]
pub(crate) struct Log {
    directory: Directory,
    /// Open for appending, once something was.
    file: Option<File>,
    last: u64,
}

impl Log {
    /// Opens the log of a mirror whose files reach to `after`. What a run that was killed left half written at its end is
    /// taken away, and asked for again.
    pub(crate) fn open(directory: &Directory, after: u64) -> Result<Self, MirrorError> {
        let mut this = Self { directory: directory.clone(), file: None, last: after };
        let Some(bytes) = directory.read(paths::LOG)? else { return Ok(this) };
        let (lines, valid) = read(&bytes);
        match (lines.first(), lines.last()) {
            (Some(first), Some(last)) if first.serial() <= after + 1 => {
                this.last = after.max(last.serial());
                if valid < bytes.len() {
                    tracing::warn!(after = this.last, "the log ends within a line; its changes are asked for again");
                    let path = directory.path(paths::LOG);
                    let file = File::options().write(true).open(&path).map_err(MirrorError::io("open", &path))?;
                    let cut = file.set_len(valid as u64).and_then(|()| file.sync_all());
                    cut.map_err(MirrorError::io("shorten", &path))?;
                }
            }
            _ => this.clear(after)?,
        }
        Ok(this)
    }

    /// The serial that it reaches to.
    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    /// Appends changes that follow. They are on disk when this returns.
    pub(crate) fn append(&mut self, lines: &[ChangeLine]) -> Result<(), MirrorError> {
        let Some(last) = lines.last() else { return Ok(()) };
        let path = self.directory.path(paths::LOG);
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                self.directory.create_parent(&path)?;
                let file = File::options().create(true).append(true).open(&path);
                none.insert(file.map_err(MirrorError::io("open", &path))?)
            }
        };
        let mut bytes = Vec::new();
        for line in lines {
            bytes.extend_from_slice(line.line.as_bytes());
            bytes.push(b'\n');
        }
        let written = file.write_all(&bytes).and_then(|()| file.sync_data());
        if let Err(source) = written {
            // Part of it may be there: it is looked at anew before anything follows it.
            self.file = None;
            return Err(MirrorError::io("append to", &path)(source));
        }
        self.last = last.serial();
        Ok(())
    }

    /// All changes after `after`.
    pub(crate) fn lines(&self, after: u64) -> Result<Vec<ChangeLine>, MirrorError> {
        let bytes = self.directory.read(paths::LOG)?.unwrap_or_default();
        let mut lines = read(&bytes).0;
        lines.retain(|line| line.serial() > after);
        Ok(lines)
    }

    /// Keeps what comes after `after`: the directory's files have the rest.
    pub(crate) fn compact(&mut self, after: u64) -> Result<(), MirrorError> {
        let lines = self.lines(after)?;
        if lines.is_empty() {
            return self.clear(self.last.max(after));
        }
        let mut bytes = Vec::new();
        for line in &lines {
            bytes.extend_from_slice(line.line.as_bytes());
            bytes.push(b'\n');
        }
        self.directory.replace(paths::LOG, &bytes)?;
        self.file = None;
        Ok(())
    }

    /// Forgets all of it; the mirror reaches to `after`.
    pub(crate) fn clear(&mut self, after: u64) -> Result<(), MirrorError> {
        self.file = None;
        self.last = after;
        let path = self.directory.path(paths::LOG);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(MirrorError::io("remove", &path)(error)),
            _ => Ok(()),
        }
    }
}

/// The whole lines at the beginning of `bytes` that follow each other, and how many bytes they are.
pub(crate) fn read(bytes: &[u8]) -> (Vec<ChangeLine>, usize) {
    let (mut lines, mut valid): (Vec<ChangeLine>, usize) = (Vec::new(), 0);
    while let Some(rest) = bytes.get(valid..)
        && let Some(end) = memchr::memchr(b'\n', rest)
    {
        let line = rest.get(..end).and_then(|line| std::str::from_utf8(line).ok());
        let Some(line) = line.and_then(|line| ChangeLine::parse(line).ok()) else { break };
        if lines.last().is_some_and(|last| last.serial() + 1 != line.serial()) {
            break;
        }
        lines.push(line);
        valid += end + 1;
    }
    (lines, valid)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(serial: u64) -> ChangeLine {
        let text = format!(
            r#"{{"serial":{serial},"time":"2026-01-01T00:00:00Z","latest":"1.0.0","entry":{{"server":{{"name":"a.b/cc","description":"d","version":"1.0.0"}},"_meta":{{"io.modelcontextprotocol.registry/official":{{"status":"active","statusChangedAt":"2026-01-01T00:00:00Z","publishedAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:00Z","isLatest":true}}}}}}}}"#
        );
        ChangeLine::parse(&text).unwrap()
    }

    fn serials(log: &Log) -> Vec<u64> {
        log.lines(0).unwrap().iter().map(ChangeLine::serial).collect()
    }

    #[test]
    fn every_cut_leaves_whole_lines() {
        let dir = tempfile::tempdir().unwrap();
        let directory = Directory::new(dir.path());
        let mut log = Log::open(&directory, 4).unwrap();
        log.append(&[line(5), line(6)]).unwrap();
        log.append(&[line(7)]).unwrap();
        let whole = std::fs::read(directory.path(paths::LOG)).unwrap();
        let one = whole.len() / 3;
        for cut in 0..=whole.len() {
            std::fs::write(directory.path(paths::LOG), &whole[..cut]).unwrap();
            let mut log = Log::open(&directory, 4).unwrap();
            let reached = 4 + (cut / one) as u64;
            assert_eq!(log.last(), reached, "{cut}");
            log.append(&[line(reached + 1)]).unwrap();
            assert_eq!(serials(&log), (5..=reached + 1).collect::<Vec<_>>(), "{cut}");
        }
    }

    #[test]
    fn damage_is_asked_for_again() {
        let dir = tempfile::tempdir().unwrap();
        let directory = Directory::new(dir.path());
        let mut log = Log::open(&directory, 4).unwrap();
        log.append(&[line(5), line(6), line(7)]).unwrap();
        let whole = String::from_utf8(std::fs::read(directory.path(paths::LOG)).unwrap()).unwrap();
        for (damaged, reached) in [
            (whole.replacen("\"serial\":6", "\"serial\":9", 1), 5),
            (whole.replacen("active", "aktive", 1), 4),
            (whole.replacen("\"serial\":5", "\"serial\":6", 1), 4),
            ("\0\0\0\0".to_owned(), 4),
        ] {
            std::fs::write(directory.path(paths::LOG), damaged).unwrap();
            assert_eq!(Log::open(&directory, 4).unwrap().last(), reached);
        }
    }

    #[test]
    fn what_the_files_have_goes() {
        let dir = tempfile::tempdir().unwrap();
        let directory = Directory::new(dir.path());
        let mut log = Log::open(&directory, 0).unwrap();
        log.append(&[line(1), line(2), line(3)]).unwrap();
        log.compact(2).unwrap();
        log.append(&[line(4)]).unwrap();
        assert_eq!((serials(&log), Log::open(&directory, 2).unwrap().last()), (vec![3, 4], 4));
        assert_eq!(Log::open(&directory, 1).unwrap().last(), 1, "2 is missing: all of it is asked for again");
        log = Log::open(&directory, 9).unwrap();
        log.compact(9).unwrap();
        assert_eq!((serials(&log), log.last()), (vec![], 9));
    }
}
