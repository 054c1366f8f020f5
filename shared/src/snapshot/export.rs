//! The whole catalogue as one list response, compressed once for every reader.

use std::io::Write;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::SnapshotError;
use super::bucket::Headers;
use super::pointer::Export;
use super::reader::Snapshot;
use crate::model::Status;

/// Brotli's level: 5 packs the catalogue of December 2025 into 178 KB in a tenth of a second, 11 into 153 KB in 2.6 s.
const BROTLI_QUALITY: i32 = 5;
const BROTLI_WINDOW: i32 = 22;

/// A file that is not yet stored.
pub(super) struct ExportFile {
    pub(super) export: Export,
    pub(super) headers: Headers,
    pub(super) bytes: Bytes,
}

/// Renders the list of all entries that are not deleted, in each encoding. `snapshot` may be unpublished as long as its
/// blocks can be read.
pub(super) async fn export(snapshot: &Snapshot) -> Result<Vec<ExportFile>, SnapshotError> {
    let failed = |error: std::io::Error| SnapshotError::Call {
        operation: "compress",
        key: "the export".to_owned(),
        message: error.to_string(),
    };
    let mut sink = Sink::new();
    sink.write(b"{\"servers\":[").map_err(failed)?;
    let mut count = 0;
    for (_, place) in snapshot.places() {
        let Some(server) = snapshot.server(place) else { continue };
        let block = snapshot.block(snapshot.block_of(place)).await?;
        for number in server.first_entry..server.first_entry + server.entries {
            let entry = snapshot.entry(place, number).filter(|entry| entry.status != Status::Deleted);
            if let Some(json) = entry.and_then(|entry| block.slice(entry.offset, entry.length)) {
                if count > 0 {
                    sink.write(b",").map_err(failed)?;
                }
                sink.write(&json).map_err(failed)?;
                count += 1;
            }
        }
    }
    sink.write(format!("],\"metadata\":{{\"count\":{count}}}}}\n").as_bytes()).map_err(failed)?;
    sink.finish().map_err(failed)
}

struct Sink {
    hash: Sha256,
    gzip: flate2::write::GzEncoder<Vec<u8>>,
    brotli: brotli::CompressorWriter<Vec<u8>>,
}

impl Sink {
    fn new() -> Self {
        Self {
            hash: Sha256::new(),
            gzip: flate2::GzBuilder::new().mtime(0).write(Vec::new(), flate2::Compression::new(6)),
            brotli: brotli::CompressorWriter::new(Vec::new(), 64 * 1024, BROTLI_QUALITY as u32, BROTLI_WINDOW as u32),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.hash.update(bytes);
        self.gzip.write_all(bytes)?;
        self.brotli.write_all(bytes)
    }

    fn finish(self) -> std::io::Result<Vec<ExportFile>> {
        let sha256 = hex::encode(self.hash.finalize());
        let file = |encoding: &'static str, extension: &str, bytes: Vec<u8>| ExportFile {
            export: Export {
                key: format!("exports/{sha256}/servers.json.{extension}"),
                encoding: encoding.to_owned(),
                bytes: bytes.len() as u64,
                sha256: sha256.clone(),
            },
            headers: Headers { content_type: "application/json", content_encoding: Some(encoding), is_immutable: true },
            bytes: bytes.into(),
        };
        Ok(vec![file("br", "br", self.brotli.into_inner()), file("gzip", "gz", self.gzip.finish()?)])
    }
}
