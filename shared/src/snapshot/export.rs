//! The whole catalogue as single files, compressed once for every reader.

use std::io::{self, Write};
use std::sync::Arc;
use std::thread;

use brotli::CompressorWriter;
use brotli::enc::BrotliEncoderParams;
use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::sync::{mpsc, oneshot};

use super::SnapshotError;
use super::bucket::{Headers, Precondition, PutBucket};
use super::document::{Export, ExportFormat};
use super::file::NDJSON;
use super::reader::Snapshot;
use crate::model::Status;

/// Brotli's level. Of 127,500 entries, 116 MB, 5 makes 6.2 MB in 1.9 s and 4 makes 8.9 MB in 1.2 s; 11 takes minutes.
const BROTLI_QUALITY: i32 = 5;
const BROTLI_WINDOW: i32 = 22;
/// The same entries: 6 makes 9.5 MB in 1.7 s, 4 makes 9.7 MB, 9 saves 0.3 %.
const GZIP_LEVEL: u32 = 6;
/// Blocks that may wait for a compressor: all that is held in memory beside the compressed files.
const BLOCKS_WAITING: usize = 4;

/// The entries of a block in the order of lists, each with whether it is deleted.
type Entries = Arc<[(Bytes, bool)]>;

/// One file on its way: entries go in, a thread of its own compresses them.
struct Compressor {
    format: ExportFormat,
    encoding: Encoding,
    entries: mpsc::Sender<Entries>,
    made: oneshot::Receiver<io::Result<Made>>,
}

#[derive(Clone, Copy)]
enum Encoding {
    Gzip,
    Brotli,
}

struct Made {
    bytes: Vec<u8>,
    size: u64,
    sha256: String,
}

/// Writes the exports of `snapshot`, in one pass over its blocks. It may be unpublished as long as they can be read.
pub(super) async fn write(writer: &dyn PutBucket, snapshot: &Snapshot) -> Result<Vec<Export>, SnapshotError> {
    let index = snapshot.index();
    let size = (0..index.blocks()).filter_map(|number| index.block(number)).map(|block| block.bytes).sum();
    let begin = |format, encoding| Compressor::begin(format, encoding, size).map_err(failed);
    let files = [
        begin(ExportFormat::Json, Encoding::Brotli)?,
        begin(ExportFormat::Json, Encoding::Gzip)?,
        begin(ExportFormat::Ndjson, Encoding::Gzip)?,
    ];
    let mut places = snapshot.places().map(|(_, place)| place).peekable();
    while let Some(first) = places.peek().copied() {
        let number = snapshot.block_of(first);
        let block = snapshot.block(number).await?;
        let mut entries = Vec::new();
        while let Some(place) = places.next_if(|place| snapshot.block_of(*place) == number) {
            let Some(server) = snapshot.server(place) else { continue };
            for entry in server.first_entry..server.first_entry + server.entries {
                let Some(entry) = snapshot.entry(place, entry) else { continue };
                let json = block.slice(entry.offset, entry.length).ok_or_else(|| SnapshotError::Corrupt {
                    key: super::block::key(&block.hash),
                    reason: "it is shorter than the index says".to_owned(),
                })?;
                entries.push((json, entry.status == Status::Deleted));
            }
        }
        let entries = Entries::from(entries);
        for file in &files {
            // One that failed takes nothing more; its own error is told below.
            let _ = file.entries.send(Arc::clone(&entries)).await;
        }
    }
    let mut exports = Vec::with_capacity(files.len());
    for file in files {
        exports.push(file.store(writer, snapshot).await?);
    }
    Ok(exports)
}

fn failed(error: io::Error) -> SnapshotError {
    SnapshotError::Call { operation: "compress", key: "the export".to_owned(), message: error.to_string() }
}

impl Compressor {
    /// The file will have some `size` bytes before it is compressed.
    fn begin(format: ExportFormat, encoding: Encoding, size: usize) -> io::Result<Self> {
        let (entries, mut received) = mpsc::channel::<Entries>(BLOCKS_WAITING);
        let (done, made) = oneshot::channel();
        let mut compress = move || {
            let mut body = Body::begin(format, encoding, size)?;
            while let Some(entries) = received.blocking_recv() {
                body.write(&entries)?;
            }
            body.finish()
        };
        // Nobody waits for it when the publisher gave up.
        thread::Builder::new().name("export".to_owned()).spawn(move || drop(done.send(compress())))?;
        Ok(Self { format, encoding, entries, made })
    }

    async fn store(self, writer: &dyn PutBucket, snapshot: &Snapshot) -> Result<Export, SnapshotError> {
        drop(self.entries);
        let made = self.made.await.map_err(|_| failed(io::Error::other("the compressor died")))?;
        let Made { bytes, size, sha256 } = made.map_err(failed)?;
        let (name, content_type) = match self.format {
            ExportFormat::Json => ("servers.json", "application/json"),
            ExportFormat::Ndjson => ("servers.ndjson", NDJSON),
        };
        let (encoding, extension) = match self.encoding {
            Encoding::Gzip => ("gzip", "gz"),
            Encoding::Brotli => ("br", "br"),
        };
        let export = Export {
            key: format!("exports/{sha256}/{name}.{extension}"),
            format: self.format,
            encoding: encoding.to_owned(),
            serial: snapshot.serial(),
            bytes: bytes.len() as u64,
            size,
            sha256,
        };
        let headers = Headers { content_type, content_encoding: Some(encoding), is_immutable: true };
        writer.put(&export.key, bytes.into(), headers, Precondition::None).await?;
        Ok(export)
    }
}

/// What goes into a file, and what comes of it.
struct Body {
    format: ExportFormat,
    encoder: Encoder,
    hash: Sha256,
    size: u64,
    count: usize,
}

enum Encoder {
    Gzip(Box<flate2::write::GzEncoder<Vec<u8>>>),
    Brotli(Box<CompressorWriter<Vec<u8>>>),
}

impl Body {
    fn begin(format: ExportFormat, encoding: Encoding, size: usize) -> io::Result<Self> {
        let encoder = match encoding {
            Encoding::Gzip => {
                let builder = flate2::GzBuilder::new().mtime(0);
                Encoder::Gzip(Box::new(builder.write(Vec::new(), flate2::Compression::new(GZIP_LEVEL))))
            }
            Encoding::Brotli => {
                // Without the size it expects little, and what it makes of a large file is twice as large.
                let params = BrotliEncoderParams {
                    quality: BROTLI_QUALITY,
                    lgwin: BROTLI_WINDOW,
                    size_hint: size,
                    ..BrotliEncoderParams::default()
                };
                Encoder::Brotli(Box::new(CompressorWriter::with_params(Vec::new(), 64 * 1024, &params)))
            }
        };
        let mut this = Self { format, encoder, hash: Sha256::new(), size: 0, count: 0 };
        if format == ExportFormat::Json {
            this.take(b"{\"servers\":[")?;
        }
        Ok(this)
    }

    fn write(&mut self, entries: &[(Bytes, bool)]) -> io::Result<()> {
        for (json, is_deleted) in entries {
            match self.format {
                ExportFormat::Json if *is_deleted => continue,
                ExportFormat::Json => {
                    if self.count > 0 {
                        self.take(b",")?;
                    }
                    self.take(json)?;
                }
                ExportFormat::Ndjson => {
                    self.take(json)?;
                    self.take(b"\n")?;
                }
            }
            self.count += 1;
        }
        Ok(())
    }

    fn finish(mut self) -> io::Result<Made> {
        if self.format == ExportFormat::Json {
            self.take(format!("],\"metadata\":{{\"count\":{}}}}}\n", self.count).as_bytes())?;
        }
        let bytes = match self.encoder {
            Encoder::Gzip(gzip) => gzip.finish()?,
            Encoder::Brotli(brotli) => brotli.into_inner(),
        };
        Ok(Made { bytes, size: self.size, sha256: hex::encode(self.hash.finalize()) })
    }

    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
        match &mut self.encoder {
            Encoder::Gzip(gzip) => gzip.write_all(bytes),
            Encoder::Brotli(brotli) => brotli.write_all(bytes),
        }
    }
}
