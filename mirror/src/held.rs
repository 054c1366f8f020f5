//! What a directory holds: the document, its files, and their changes.

use registry::snapshot::FileKey;

use crate::directory::{Directory, paths};
use crate::document::{Document, Plan, PlannedChanges};
use crate::download::unpacked;
use crate::error::MirrorError;
use crate::line::ChangeLine;

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

/// The changes of a file, which are `first` to `last` and no others.
pub(crate) fn lines_of(key: &FileKey, first: u64, last: u64, content: &[u8]) -> Result<Vec<ChangeLine>, MirrorError> {
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
