//! Sorting more than memory holds: sorted runs in temporary files, merged as they are read.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};

use super::spooled::Spooled;

/// Bytes of a run that are compressed together, and held in memory while runs are merged.
const FRAME_BYTES: usize = 256 * 1024;

/// Changes, sorted run by run.
pub(super) struct Spool {
    items: Vec<Spooled>,
    bytes: usize,
    /// Bytes of a run.
    run_bytes: usize,
    runs: Vec<Run>,
}

/// A sorted run. Its file has no name and goes with it.
pub(super) struct Run(File);

impl Spool {
    pub(super) fn new(run_bytes: usize) -> Self {
        Self { items: Vec::new(), bytes: 0, run_bytes, runs: Vec::new() }
    }

    pub(super) fn push(&mut self, item: Spooled) -> io::Result<()> {
        self.bytes += item.key.len() + item.body.len() + size_of::<Spooled>();
        self.items.push(item);
        if self.bytes >= self.run_bytes { self.write_run() } else { Ok(()) }
    }

    pub(super) fn finish(mut self) -> io::Result<Vec<Run>> {
        self.write_run()?;
        Ok(self.runs)
    }

    fn write_run(&mut self) -> io::Result<()> {
        self.bytes = 0;
        let mut items = std::mem::take(&mut self.items);
        items.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        let mut file = tempfile::tempfile()?;
        let mut frame = Vec::with_capacity(FRAME_BYTES + FRAME_BYTES / 8);
        for item in items {
            for text in [&item.key, &item.body] {
                frame.extend_from_slice(&length(text.len())?);
                frame.extend_from_slice(text.as_bytes());
            }
            if frame.len() >= FRAME_BYTES {
                write_frame(&mut file, &mut frame)?;
            }
        }
        write_frame(&mut file, &mut frame)?;
        file.seek(SeekFrom::Start(0))?;
        self.runs.push(Run(file));
        Ok(())
    }
}

fn write_frame(file: &mut File, frame: &mut Vec<u8>) -> io::Result<()> {
    let compressed = lz4_flex::block::compress_prepend_size(frame);
    file.write_all(&length(compressed.len())?)?;
    file.write_all(&compressed)?;
    frame.clear();
    Ok(())
}

fn length(bytes: usize) -> io::Result<[u8; 4]> {
    u32::try_from(bytes).map(u32::to_le_bytes).map_err(io::Error::other)
}

/// All changes of the runs, in the order of their keys.
pub(super) fn merge(runs: Vec<Run>) -> io::Result<Merge> {
    let mut merge = Merge { runs: Vec::with_capacity(runs.len()), next: BinaryHeap::with_capacity(runs.len()) };
    for Run(file) in runs {
        merge.runs.push(RunReader { file: BufReader::new(file), frame: Vec::new(), at: 0 });
        merge.advance(merge.runs.len() - 1)?;
    }
    Ok(merge)
}

/// The changes of several runs.
pub(super) struct Merge {
    runs: Vec<RunReader>,
    /// The next change of each run, the first in order on top.
    next: BinaryHeap<Reverse<Next>>,
}

/// Ordered by key, then by run: no two changes have the same key.
struct Next {
    item: Spooled,
    run: usize,
}

impl Merge {
    fn advance(&mut self, run: usize) -> io::Result<()> {
        if let Some(reader) = self.runs.get_mut(run)
            && let Some(item) = reader.item()?
        {
            self.next.push(Reverse(Next { item, run }));
        }
        Ok(())
    }
}

impl Iterator for Merge {
    type Item = io::Result<Spooled>;

    fn next(&mut self) -> Option<io::Result<Spooled>> {
        let Reverse(Next { item, run }) = self.next.pop()?;
        Some(self.advance(run).map(|()| item))
    }
}

impl Ord for Next {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (&self.item.key, self.run).cmp(&(&other.item.key, other.run))
    }
}

impl PartialOrd for Next {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Next {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Next {}

struct RunReader {
    file: BufReader<File>,
    frame: Vec<u8>,
    at: usize,
}

impl RunReader {
    fn item(&mut self) -> io::Result<Option<Spooled>> {
        while self.at == self.frame.len() {
            let mut length = [0; 4];
            match self.file.read_exact(&mut length) {
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
                read => read?,
            }
            let mut compressed = vec![0; u32::from_le_bytes(length) as usize];
            self.file.read_exact(&mut compressed)?;
            self.frame = lz4_flex::block::decompress_size_prepended(&compressed).map_err(io::Error::other)?;
            self.at = 0;
        }
        Ok(Some(Spooled { key: self.text()?, body: self.text()? }))
    }

    fn text(&mut self) -> io::Result<String> {
        let broken = || io::Error::new(io::ErrorKind::InvalidData, "a run is cut off");
        let rest = self.frame.get(self.at..).unwrap_or_default();
        let (length, rest) = rest.split_first_chunk().ok_or_else(broken)?;
        let length = u32::from_le_bytes(*length) as usize;
        let text = rest.get(..length).ok_or_else(broken)?;
        self.at += size_of::<u32>() + length;
        String::from_utf8(text.to_vec()).map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(number: usize) -> Spooled {
        // A step that shares no factor with the count visits all of them.
        let number = number * 7_919 % 5_000;
        Spooled { key: format!("io.x/{number:05}\0"), body: "x".repeat(number) }
    }

    #[test]
    fn runs_are_merged_in_order() {
        let mut runs = Vec::new();
        for part in 0..3 {
            let mut spool = Spool::new(1024 * 1024);
            for number in (0..5_000).filter(|number| number % 3 == part) {
                spool.push(change(number)).unwrap();
            }
            runs.extend(spool.finish().unwrap());
        }
        assert!(runs.len() > 12, "{}", runs.len());
        let merged: Vec<Spooled> = merge(runs).unwrap().collect::<io::Result<_>>().unwrap();
        assert_eq!(merged.len(), 5_000);
        for (number, change) in merged.iter().enumerate() {
            assert_eq!((change.key.as_str(), change.body.len()), (format!("io.x/{number:05}\0").as_str(), number));
        }
    }

    #[test]
    fn nothing_is_sorted_too() {
        assert_eq!(merge(Spool::new(1).finish().unwrap()).unwrap().count(), 0);
        assert_eq!(merge(Vec::new()).unwrap().count(), 0);
    }
}
