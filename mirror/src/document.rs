//! The snapshot document: what the registry holds at one serial, as files.

use registry::limits;
use registry::snapshot::FileKey;
use serde::Deserialize;

use crate::error::MirrorError;

/// What it is called in messages.
pub(crate) const NAME: &str = "the snapshot document";

/// The payload of a snapshot document, which is what was signed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Document {
    /// The serial whose state it names.
    pub serial: u64,
    /// The state at a serial of its own, in several forms.
    pub exports: Vec<ExportFile>,
    /// The changes from the oldest export to `serial`.
    pub changes: Vec<ChangesFile>,
}

/// A whole state as one file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ExportFile {
    /// Where it is.
    pub key: String,
    /// `ndjson` for a mirror.
    pub format: String,
    /// `gzip` for a mirror.
    pub encoding: String,
    /// The serial whose state it is.
    pub serial: u64,
    /// Its size.
    pub bytes: u64,
    /// Its size, unpacked.
    pub size: u64,
    /// SHA-256 of what it holds unpacked, in hex.
    pub sha256: String,
}

/// Consecutive changes as one file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ChangesFile {
    /// Where it is.
    pub key: String,
    /// The serial of its first change.
    pub first: u64,
    /// The serial of its last change.
    pub last: u64,
    /// `gzip` for a mirror.
    pub encoding: String,
    /// Its size.
    pub bytes: u64,
    /// Its size, unpacked.
    pub size: u64,
    /// SHA-256 of what it holds unpacked, in hex.
    pub sha256: String,
}

/// What a mirror takes of a document: checked files that join without a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) serial: u64,
    pub(crate) export: PlannedFile,
    pub(crate) export_serial: u64,
    pub(crate) changes: Vec<PlannedChanges>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PlannedFile {
    pub(crate) key: FileKey,
    pub(crate) bytes: u64,
    pub(crate) size: u64,
    pub(crate) sha256: [u8; 32],
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PlannedChanges {
    pub(crate) file: PlannedFile,
    pub(crate) first: u64,
    pub(crate) last: u64,
}

impl Document {
    pub(crate) fn parse(payload: &[u8]) -> Result<Self, MirrorError> {
        serde_json::from_slice(payload).map_err(|error| MirrorError::malformed(NAME, error))
    }

    /// The newest export that a mirror can use, and the changes that lead from it to the serial.
    pub(crate) fn plan(&self) -> Result<Plan, MirrorError> {
        let malformed = |reason: String| MirrorError::malformed(NAME, reason);
        let usable = self.exports.iter().filter(|export| export.format == "ndjson" && export.encoding == "gzip");
        let export = usable
            .max_by_key(|export| export.serial)
            .ok_or_else(|| malformed("it names no export as ndjson with gzip".to_owned()))?;
        if export.serial > self.serial {
            return Err(malformed(format!("its export is of serial {}, after its own", export.serial)));
        }
        let file =
            planned("exports", &export.key, &export.sha256, export.bytes, export.size, limits::MIRROR_EXPORT_BYTES)?;
        let mut files: Vec<&ChangesFile> = self.changes.iter().filter(|changes| changes.encoding == "gzip").collect();
        files.sort_by_key(|changes| changes.first);
        let (mut changes, mut reached) = (Vec::new(), export.serial);
        for of in files {
            if of.last <= reached {
                continue;
            }
            if of.first > reached + 1 || of.first > of.last || of.last > self.serial {
                return Err(malformed(format!("changes {} to {} do not follow {reached}", of.first, of.last)));
            }
            let file = planned("changes", &of.key, &of.sha256, of.bytes, of.size, limits::MIRROR_CHANGES_BYTES)?;
            changes.push(PlannedChanges { file, first: of.first, last: of.last });
            reached = of.last;
        }
        if reached != self.serial {
            return Err(malformed(format!("its changes end at {reached} and its serial is {}", self.serial)));
        }
        Ok(Plan { serial: self.serial, export: file, export_serial: export.serial, changes })
    }
}

impl Plan {
    /// All its files.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &FileKey> {
        std::iter::once(&self.export.key).chain(self.changes.iter().map(|changes| &changes.file.key))
    }
}

fn planned(
    prefix: &str,
    key: &str,
    sha256: &str,
    bytes: u64,
    size: u64,
    limit: u64,
) -> Result<PlannedFile, MirrorError> {
    let malformed = |reason: String| MirrorError::malformed(NAME, reason);
    let mut hash = [0; 32];
    hex::decode_to_slice(sha256, &mut hash).map_err(|_| malformed(format!("{sha256:?} is no SHA-256")))?;
    let key = (key.parse().ok())
        .filter(|key: &FileKey| key.as_str().starts_with(prefix) && key.sha256() == sha256)
        .ok_or_else(|| malformed(format!("{key:?} is no key of a file of {prefix} with its hash")))?;
    // What gzip cannot do is announced by nobody who means well: it adds little, and packs a thousand to one at best.
    if size > limit || bytes > limit {
        return Err(MirrorError::TooLarge { what: key.to_string(), limit });
    }
    Ok(PlannedFile { key, bytes, size, sha256: hash })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn export(serial: u64) -> ExportFile {
        ExportFile {
            key: format!("exports/{HASH}/servers.ndjson.gz"),
            format: "ndjson".to_owned(),
            encoding: "gzip".to_owned(),
            serial,
            bytes: 1,
            size: 1,
            sha256: HASH.to_owned(),
        }
    }

    fn changes(first: u64, last: u64) -> ChangesFile {
        ChangesFile {
            key: format!("changes/{HASH}/{first}-{last}.ndjson.gz"),
            first,
            last,
            encoding: "gzip".to_owned(),
            bytes: 1,
            size: 1,
            sha256: HASH.to_owned(),
        }
    }

    #[test]
    fn files_join_without_a_gap() {
        let document =
            |changes: Vec<ChangesFile>| Document { serial: 2500, exports: vec![export(1200), export(10)], changes };
        let plan = document(vec![changes(2001, 2500), changes(1, 1000), changes(1001, 2000)]).plan().unwrap();
        let planned: Vec<_> = plan.changes.iter().map(|changes| (changes.first, changes.last)).collect();
        assert_eq!((plan.export_serial, planned), (1200, vec![(1001, 2000), (2001, 2500)]));
        for gap in [
            vec![],
            vec![changes(1001, 2000)],
            vec![changes(2001, 2500)],
            vec![changes(1001, 1999), changes(2001, 2500)],
            vec![changes(1001, 2600)],
        ] {
            assert!(matches!(document(gap).plan(), Err(MirrorError::Malformed { .. })));
        }
    }

    #[test]
    fn what_is_announced_is_checked() {
        let with = |change: fn(&mut ExportFile)| {
            let mut export = export(5);
            change(&mut export);
            Document { serial: 5, exports: vec![export], changes: vec![] }.plan()
        };
        assert!(with(|_| ()).is_ok());
        assert!(matches!(with(|export| export.size = u64::MAX), Err(MirrorError::TooLarge { .. })));
        assert!(matches!(with(|export| export.bytes = u64::MAX), Err(MirrorError::TooLarge { .. })));
        for change in [
            (|export| export.key = "../../etc/passwd".to_owned()) as fn(&mut ExportFile),
            |export| export.key = export.key.replace("exports", "changes"),
            |export| export.sha256 = "0".repeat(64),
            |export| export.sha256 = "e3".to_owned(),
            |export| export.serial = 6,
            |export| export.format = "json".to_owned(),
        ] {
            assert!(matches!(with(change), Err(MirrorError::Malformed { .. })));
        }
    }
}
