//! Writing blocks while the next ones are made.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::SnapshotError;
use super::block::{self, Block};
use super::bucket::{Headers, Precondition, PutBucket, compress};
use super::reader::SnapshotReader;

/// Objects that are written at once.
const PARALLEL_PUTS: usize = 8;

type Put<'a> = Pin<Box<dyn Future<Output = Result<u64, SnapshotError>> + Send + 'a>>;

/// Writes blocks, a few at a time, so that no more than those are in memory.
pub(super) struct BlockPuts<'a> {
    reader: &'a SnapshotReader,
    writer: &'a dyn PutBucket,
    underway: FuturesUnordered<Put<'a>>,
    pub(super) written: usize,
    pub(super) bytes: u64,
}

impl<'a> BlockPuts<'a> {
    /// `reader` keeps the blocks, so that they are not read back.
    pub(super) fn new(reader: &'a SnapshotReader, writer: &'a dyn PutBucket) -> Self {
        Self { reader, writer, underway: FuturesUnordered::new(), written: 0, bytes: 0 }
    }

    /// Writes a block, or waits until it is its turn.
    pub(super) async fn push(&mut self, block: Block) -> Result<(), SnapshotError> {
        while self.underway.len() >= PARALLEL_PUTS {
            self.one_done().await?;
        }
        let (reader, writer) = (self.reader, self.writer);
        self.written += 1;
        self.underway.push(Box::pin(async move {
            let bytes = put_object(writer, &block::key(&block.hash), compress(&block.json)).await?;
            reader.remember(block);
            Ok(bytes)
        }));
        Ok(())
    }

    /// Waits for something else, while the writes go on: one that nobody polls may hold what the other waits for.
    pub(super) async fn beside<T>(&mut self, other: impl Future<Output = T>) -> Result<T, SnapshotError> {
        let mut other = std::pin::pin!(other);
        loop {
            tokio::select! {
                done = &mut other => return Ok(done),
                Some(bytes) = self.underway.next() => self.bytes += bytes?,
            }
        }
    }

    /// Waits for all. To be called before anything else is written.
    pub(super) async fn finish(&mut self) -> Result<(), SnapshotError> {
        while !self.underway.is_empty() {
            self.one_done().await?;
        }
        Ok(())
    }

    async fn one_done(&mut self) -> Result<(), SnapshotError> {
        if let Some(bytes) = self.underway.next().await {
            self.bytes += bytes?;
        }
        Ok(())
    }
}

/// Writes an object that is named by its content.
pub(super) async fn put_object(writer: &dyn PutBucket, key: &str, bytes: Bytes) -> Result<u64, SnapshotError> {
    let size = bytes.len() as u64;
    let headers = Headers { content_type: "application/octet-stream", is_immutable: true, ..Headers::default() };
    writer.put(key, bytes, headers, Precondition::None).await?;
    Ok(size)
}
