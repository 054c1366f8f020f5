//! Decompression of files that somebody else made: with a limit, and checked by the hash before anything counts.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::mpsc::sync_channel;

use flate2::bufread::GzDecoder;
use sha2::{Digest, Sha256};

use crate::document::PlannedFile;
use crate::error::MirrorError;

/// Bytes that are unpacked at a time, and pieces that may wait.
const PIECE: usize = 256 * 1024;
const PIECES: usize = 8;

/// Why a file is not what was announced.
pub(crate) enum Unpacked {
    /// It is.
    Whole,
    /// What is wrong.
    Wrong(String),
}

/// Unpacks the file at `path` into `sink`, piece by piece, on a thread beside this one. What `sink` was given counts only if
/// this returns [`Unpacked::Whole`]. Blocks.
pub(crate) fn unpack(
    path: &Path,
    expected: &PlannedFile,
    mut sink: impl FnMut(&[u8]) -> Result<(), MirrorError>,
) -> Result<Unpacked, MirrorError> {
    let file = File::open(path).map_err(MirrorError::io("open", path))?;
    let length = file.metadata().map_err(MirrorError::io("look at", path))?.len();
    if length != expected.bytes {
        return Ok(Unpacked::Wrong(format!("it has {length} bytes, not {}", expected.bytes)));
    }
    std::thread::scope(|scope| {
        let (full, pieces) = sync_channel::<std::io::Result<Vec<u8>>>(PIECES);
        let (spent, empty) = sync_channel::<Vec<u8>>(PIECES);
        scope.spawn(move || {
            let mut decoder = GzDecoder::new(BufReader::with_capacity(PIECE, file));
            loop {
                let mut piece = empty.try_recv().unwrap_or_default();
                piece.resize(PIECE, 0);
                let read = fill(&mut decoder, &mut piece);
                let is_end = !matches!(read, Ok(read) if read == PIECE);
                let read = read.map(|read| {
                    piece.truncate(read);
                    piece
                });
                // Nobody listens any more when it is too large already.
                if full.send(read).is_err() || is_end {
                    return;
                }
            }
        });
        let (mut hash, mut size) = (Sha256::new(), 0_u64);
        // What cannot be read may be another file than was announced: that is seen at its end, and said first.
        let mut unreadable = None;
        for piece in &pieces {
            let piece = match piece {
                Ok(piece) => piece,
                Err(error) => return Ok(Unpacked::Wrong(error.to_string())),
            };
            size += piece.len() as u64;
            if size > expected.size {
                return Ok(Unpacked::Wrong(format!("it unpacks to more than {} bytes", expected.size)));
            }
            hash.update(&piece);
            if unreadable.is_none() {
                match sink(&piece) {
                    Err(error @ MirrorError::Malformed { .. }) => unreadable = Some(error),
                    taken => taken?,
                }
            }
            let _ = spent.try_send(piece);
        }
        if size != expected.size {
            return Ok(Unpacked::Wrong(format!("it unpacks to {size} bytes, not {}", expected.size)));
        }
        if <[u8; 32]>::from(hash.finalize()) != expected.sha256 {
            return Ok(Unpacked::Wrong("its hash is another".to_owned()));
        }
        unreadable.map_or(Ok(Unpacked::Whole), Err)
    })
}

/// Reads until `piece` is full or the file ends.
fn fill(decoder: &mut impl Read, piece: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = piece.get_mut(filled..)
        && !rest.is_empty()
    {
        match decoder.read(rest)? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn packed(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(9));
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    fn planned(stored: &[u8], content: &[u8]) -> PlannedFile {
        let sha256: [u8; 32] = Sha256::digest(content).into();
        let key = format!("exports/{}/x.gz", hex::encode(sha256)).parse().unwrap();
        PlannedFile { key, bytes: stored.len() as u64, size: content.len() as u64, sha256 }
    }

    fn run(stored: &[u8], expected: &PlannedFile) -> Result<Vec<u8>, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), stored).unwrap();
        let mut content = Vec::new();
        let sink = |piece: &[u8]| {
            content.extend_from_slice(piece);
            Ok(())
        };
        match unpack(file.path(), expected, sink).unwrap() {
            Unpacked::Whole => Ok(content),
            Unpacked::Wrong(reason) => Err(reason),
        }
    }

    #[test]
    fn every_changed_byte_and_every_cut_is_seen() {
        let content = b"{\"a\":1}\n{\"b\":2}\n".repeat(40);
        let stored = packed(&content);
        let expected = planned(&stored, &content);
        assert_eq!(run(&stored, &expected).unwrap(), content);
        for at in 0..stored.len() {
            assert!(run(&stored[..at], &expected).is_err(), "cut at {at}");
            let mut changed = stored.clone();
            changed[at] ^= 0x10;
            // Time, system and extra flags of the header are not content.
            assert_eq!(run(&changed, &expected).is_ok(), (4..10).contains(&at), "changed at {at}");
        }
        let mut longer = stored.clone();
        longer.extend_from_slice(b"more");
        assert!(run(&longer, &expected).is_err());
    }

    /// A thousand times what was announced; it stops at the announced size, whatever follows.
    #[test]
    fn a_bomb_is_not_unpacked() {
        let stored = packed(&vec![0; 64 * 1024 * 1024]);
        let announced = vec![0; 64 * 1024];
        let expected = PlannedFile { bytes: stored.len() as u64, ..planned(&stored, &announced) };
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &stored).unwrap();
        let mut most = 0;
        let unpacked = unpack(file.path(), &expected, |piece| {
            most += piece.len();
            Ok(())
        });
        assert!(matches!(unpacked, Ok(Unpacked::Wrong(reason)) if reason.contains("more than 65536")));
        assert!(most <= announced.len());
    }
}
