//! The history as files of a thousand changes, so that whoever is a day behind reads a few hundred kilobytes.

use std::io::Write;
use std::ops::ControlFlow;

use sha2::{Digest, Sha256};

use super::bucket::{Headers, Precondition, PutBucket};
use super::document::ChangeFile;
use super::file::NDJSON;
use super::pointer::Pointer;
use super::{ChangeLine, SnapshotError};
use crate::limits::{CHANGE_FILES, CHANGES_PER_FILE};
use crate::store::{Reader, Serial};

/// Brotli's best: a complete file is written once and read by every mirror.
const BROTLI_QUALITY: u32 = 11;
const BROTLI_WINDOW: u32 = 22;

/// Writes the files that `pointer` needs beside those that `previous` names, and returns them all, with the bytes written.
///
/// They reach from the oldest export, or further back if `previous` does, to the serial of `pointer`: whoever was a little
/// behind the export may go on too. The file of that serial is always among them.
pub(super) async fn write(
    writer: &dyn PutBucket,
    history: &Reader,
    previous: &Pointer,
    pointer: &Pointer,
) -> Result<(Vec<ChangeFile>, u64), SnapshotError> {
    let serial = pointer.serial.0;
    let after_export = pointer.export_serial().map_or(1, |export| export.0 + 1);
    let kept = previous.changes.first().map(|file| number(file.first.0));
    let oldest_kept = kept.map(|kept| kept.max(number(serial).saturating_sub(CHANGE_FILES)));
    let first = oldest_kept.unwrap_or(u64::MAX).min(number(after_export)).min(number(serial));
    let (mut files, mut written) = (Vec::new(), 0);
    for number in first..=number(serial) {
        let (from, to) = (number * CHANGES_PER_FILE + 1, (number + 1) * CHANGES_PER_FILE);
        let is_complete = to <= serial;
        let (from, to) = (Serial(from), Serial(to.min(serial)));
        let known = previous.changes.iter().filter(|file| (file.first, file.last) == (from, to));
        let known: Vec<ChangeFile> = known.cloned().collect();
        if !known.is_empty() {
            files.extend(known);
        } else if from <= to {
            for (file, bytes) in make(history, from, to, is_complete).await? {
                let encoding = if file.encoding == "br" { "br" } else { "gzip" };
                let headers = Headers { content_type: NDJSON, content_encoding: Some(encoding), is_immutable: true };
                writer.put(&file.key, bytes.into(), headers, Precondition::None).await?;
                written += file.bytes;
                files.push(file);
            }
        }
    }
    Ok((files, written))
}

/// The number of the file that holds a serial.
fn number(serial: u64) -> u64 {
    serial.saturating_sub(1) / CHANGES_PER_FILE
}

/// The changes `from..=to` as files that are not yet stored, the smallest first.
async fn make(
    history: &Reader,
    from: Serial,
    to: Serial,
    is_complete: bool,
) -> Result<Vec<(ChangeFile, Vec<u8>)>, SnapshotError> {
    let (mut hash, mut size, mut line) = (Sha256::new(), 0, Vec::new());
    let mut gzip = flate2::GzBuilder::new().mtime(0).write(Vec::new(), flate2::Compression::best());
    let mut brotli =
        is_complete.then(|| brotli::CompressorWriter::new(Vec::new(), 64 * 1024, BROTLI_QUALITY, BROTLI_WINDOW));
    let mut outcome = Ok(());
    let take = |change| {
        line.clear();
        ChangeLine::from(change).render(&mut line);
        line.push(b'\n');
        hash.update(&line);
        size += line.len() as u64;
        outcome = gzip.write_all(&line).and_then(|()| brotli.as_mut().map_or(Ok(()), |brotli| brotli.write_all(&line)));
        if outcome.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    history.each_change(Serial(from.0 - 1), to, take).await?;
    let failed = |error: std::io::Error| SnapshotError::Call {
        operation: "compress",
        key: "the changes".to_owned(),
        message: error.to_string(),
    };
    outcome.map_err(failed)?;
    let sha256 = hex::encode(hash.finalize());
    let file = |encoding: &str, extension: &str, bytes: Vec<u8>| {
        let key = format!("changes/{sha256}/{from}-{to}.ndjson.{extension}");
        let (encoding, sha256, stored) = (encoding.to_owned(), sha256.clone(), bytes.len() as u64);
        (ChangeFile { key, first: from, last: to, encoding, bytes: stored, size, sha256 }, bytes)
    };
    let mut files = Vec::new();
    if let Some(brotli) = brotli {
        files.push(file("br", "br", brotli.into_inner()));
    }
    files.push(file("gzip", "gz", gzip.finish().map_err(failed)?));
    Ok(files)
}
