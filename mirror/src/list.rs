//! The present state as one list response: what clients that only read get from any static web server.
//!
//! One pass over the export. Of an entry that did not change, only the status is looked for; nothing is parsed and nothing
//! copied but into the file.

use std::collections::btree_map;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::iter::Peekable;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use memchr::memmem::Finder;
use registry::model::{ServerName, Status};
use registry::snapshot::parse_entry;
use registry::store::Change;

use crate::directory::{Directory, paths};
use crate::error::MirrorError;
use crate::overlay::{self, Overlay};

/// What stands before the status of an entry. A document may have the same text in it, where it is no status.
const BEFORE_STATUS: &[u8] = br#","_meta":{"io.modelcontextprotocol.registry/official":{"status":""#;
const DELETED: &[u8] = b"deleted\"";

/// Writes a list from the lines of an export and what changed since.
pub(crate) struct ListWriter<'a> {
    out: BufWriter<File>,
    path: &'a Path,
    before_status: Finder<'static>,
    changed: Peekable<btree_map::Iter<'a, ServerName, Vec<Change>>>,
    /// The server whose lines are collected because it changed.
    collecting: Option<(&'a ServerName, &'a [Change])>,
    collected: Vec<Vec<u8>>,
    /// A line whose end did not come yet.
    cut: Vec<u8>,
    count: u64,
    bytes: u64,
}

impl<'a> ListWriter<'a> {
    pub(crate) fn create(path: &'a Path, overlay: &'a Overlay) -> Result<Self, MirrorError> {
        let file = File::create(path).map_err(MirrorError::io("create", path))?;
        let mut this = Self {
            out: BufWriter::with_capacity(1024 * 1024, file),
            path,
            before_status: Finder::new(BEFORE_STATUS),
            changed: overlay.0.iter().peekable(),
            collecting: None,
            collected: Vec::new(),
            cut: Vec::new(),
            count: 0,
            bytes: 0,
        };
        this.write(b"{\"servers\":[")?;
        Ok(this)
    }

    /// Takes the next bytes of the export.
    pub(crate) fn push(&mut self, mut piece: &[u8]) -> Result<(), MirrorError> {
        while let Some(end) = memchr::memchr(b'\n', piece) {
            let (line, rest) = piece.split_at(end);
            if self.cut.is_empty() {
                self.line(line)?;
            } else {
                let mut whole = std::mem::take(&mut self.cut);
                whole.extend_from_slice(line);
                self.line(&whole)?;
                whole.clear();
                self.cut = whole;
            }
            piece = rest.get(1..).unwrap_or_default();
        }
        self.cut.extend_from_slice(piece);
        Ok(())
    }

    fn line(&mut self, line: &[u8]) -> Result<(), MirrorError> {
        if self.collecting.is_some() || self.changed.peek().is_some() {
            let name = name_of(line).ok_or_else(|| malformed("a line has no name"))?;
            if self.collecting.is_some_and(|(of, _)| of.as_str() == name) {
                self.collected.push(line.to_vec());
                return Ok(());
            }
            self.finish_collected()?;
            while let Some((new, changes)) = self.changed.next_if(|(new, _)| new.as_str() < name.as_ref()) {
                self.server(overlay::changed(new, None, changes))?;
            }
            if let Some((of, changes)) = self.changed.next_if(|(of, _)| of.as_str() == name) {
                self.collecting = Some((of, changes));
                self.collected.push(line.to_vec());
                return Ok(());
            }
        }
        if is_deleted(&self.before_status, line)? {
            return Ok(());
        }
        self.entry(line)
    }

    fn finish_collected(&mut self) -> Result<(), MirrorError> {
        let Some((name, changes)) = self.collecting.take() else { return Ok(()) };
        let state = overlay::server(&std::mem::take(&mut self.collected)).map_err(malformed)?;
        self.server(overlay::changed(name, state, changes))
    }

    fn server(&mut self, entries: Vec<String>) -> Result<(), MirrorError> {
        entries.iter().try_for_each(|entry| self.entry(entry.as_bytes()))
    }

    fn entry(&mut self, entry: &[u8]) -> Result<(), MirrorError> {
        if self.count > 0 {
            self.write(b",")?;
        }
        self.count += 1;
        self.write(entry)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), MirrorError> {
        self.bytes += bytes.len() as u64;
        self.out.write_all(bytes).map_err(MirrorError::io("write", self.path))
    }

    /// Ends the list, which is on disk then; its size.
    pub(crate) fn finish(mut self) -> Result<u64, MirrorError> {
        if !self.cut.is_empty() {
            return Err(malformed("its last line has no end"));
        }
        self.finish_collected()?;
        while let Some((name, changes)) = self.changed.next() {
            self.server(overlay::changed(name, None, changes))?;
        }
        self.write(format!("],\"metadata\":{{\"count\":{}}}}}\n", self.count).as_bytes())?;
        let (path, bytes) = (self.path, self.bytes);
        let file = self.out.into_inner().map_err(|error| MirrorError::io("write", path)(error.into_error()))?;
        file.sync_all().map_err(MirrorError::io("write", path))?;
        Ok(bytes)
    }
}

/// Where a list waits until it is whole. Each has a place of its own: a run that was given up may still be writing one.
pub(crate) fn draft(directory: &Directory) -> std::path::PathBuf {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    directory.path(paths::INCOMING).join(format!("servers.{}", NUMBER.fetch_add(1, Ordering::Relaxed)))
}

/// The text `before` is in each entry, followed by the status. Where it is in the document as well, the entry is parsed.
fn is_deleted(before: &Finder<'_>, line: &[u8]) -> Result<bool, MirrorError> {
    let mut found = before.find_iter(line);
    if let (Some(at), None) = (found.next(), found.next()) {
        return Ok(line.get(at + BEFORE_STATUS.len()..).is_some_and(|rest| rest.starts_with(DELETED)));
    }
    let text = std::str::from_utf8(line).map_err(malformed)?;
    let (state, _) = parse_entry(text).map_err(malformed)?;
    Ok(state.status == Status::Deleted)
}

/// The name in an entry. Documents begin with schema and name, so it is found without parsing; where it is not, it is parsed.
pub(crate) fn name_of(line: &[u8]) -> Option<std::borrow::Cow<'_, str>> {
    fn quick(line: &[u8]) -> Option<&str> {
        let mut rest = line.strip_prefix(br#"{"server":{"#)?;
        if let Some(schema) = rest.strip_prefix(br#""$schema":""#) {
            let end = memchr::memchr2(b'"', b'\\', schema)?;
            rest = schema.get(end..)?.strip_prefix(br#"","#)?;
        }
        let name = rest.strip_prefix(br#""name":""#)?;
        let end = memchr::memchr2(b'"', b'\\', name)?;
        (name.get(end) == Some(&b'"')).then(|| name.get(..end).and_then(|name| std::str::from_utf8(name).ok()))?
    }
    #[derive(serde::Deserialize)]
    struct Entry {
        server: Named,
    }
    #[derive(serde::Deserialize)]
    struct Named {
        name: String,
    }
    match quick(line) {
        Some(name) => Some(name.into()),
        None => serde_json::from_slice::<Entry>(line).ok().map(|entry| entry.server.name.into()),
    }
}

fn malformed(reason: impl ToString) -> MirrorError {
    MirrorError::malformed("the export", reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, document: &str, status: &str) -> String {
        format!(
            r#"{{"server":{{"$schema":"s","name":"{name}","description":"d","version":"1.0.0"{document}}},"_meta":{{"io.modelcontextprotocol.registry/official":{{"status":"{status}","statusChangedAt":"2026-01-01T00:00:00Z","publishedAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:00Z","isLatest":true}}}}}}"#
        )
    }

    /// A document that has the text of an official block in it is not taken for one.
    #[test]
    fn the_status_is_the_registrys() {
        let bait = |status: &str| {
            format!(r#","a":1,"_meta":{{"io.modelcontextprotocol.registry/official":{{"status":"{status}"}}}}"#)
        };
        let finder = Finder::new(BEFORE_STATUS);
        for (document, status, expected) in [
            (String::new(), "active", false),
            (String::new(), "deleted", true),
            (bait("deleted"), "active", false),
            (bait("active"), "deleted", true),
            (r#","x":"\"status\":\"deleted\"""#.to_owned(), "deprecated", false),
        ] {
            let line = entry("a.b/cc", &document, status);
            assert_eq!(is_deleted(&finder, line.as_bytes()).unwrap(), expected, "{line}");
        }
        assert!(is_deleted(&finder, b"{}").is_err());
    }

    #[test]
    fn names_are_found_wherever_they_are() {
        for line in [
            r#"{"server":{"$schema":"s","name":"a.b/cc"}}"#,
            r#"{"server":{"name":"a.b/cc","x":"\"name\":\"b\""}}"#,
            r#"{"server":{"$schema":"a\"b","name":"a.b/cc"}}"#,
            r#"{"server":{"x":{"name":"b"},"name":"a.b/cc"}}"#,
        ] {
            assert_eq!(name_of(line.as_bytes()).as_deref(), Some("a.b/cc"), "{line}");
        }
        assert_eq!(name_of(b"{}"), None);
    }

    #[test]
    fn pieces_of_any_size_give_the_same_list() {
        let dir = tempfile::tempdir().unwrap();
        let lines: Vec<String> = ["a.a/aa", "b.b/bb", "c.c/cc"]
            .iter()
            .zip(["active", "deleted", "deprecated"])
            .map(|(name, status)| entry(name, "", status))
            .collect();
        let export = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        let expected = format!("{{\"servers\":[{},{}],\"metadata\":{{\"count\":2}}}}\n", lines[0], lines[2]);
        let overlay = Overlay::default();
        for size in [1, 7, 100, 1000, 10_000] {
            let path = dir.path().join("list");
            let mut list = ListWriter::create(&path, &overlay).unwrap();
            export.as_bytes().chunks(size).for_each(|piece| list.push(piece).unwrap());
            assert_eq!(list.finish().unwrap(), expected.len() as u64);
            assert_eq!(std::fs::read_to_string(&path).unwrap(), expected, "{size}");
        }
        let mut cut = ListWriter::create(&dir.path().join("x"), &overlay).map(drop);
        assert!(cut.is_ok());
        let path = dir.path().join("cut");
        let mut list = ListWriter::create(&path, &overlay).unwrap();
        list.push(b"{\"server\"").unwrap();
        cut = list.finish().map(drop);
        assert!(cut.is_err());
    }
}
