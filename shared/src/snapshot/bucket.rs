//! The bucket, as snapshots use it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;

use super::SnapshotError;
use crate::limits;
use crate::store::error_chain;

/// Read access to the bucket.
#[derive(Clone, Debug)]
pub struct Bucket {
    client: Client,
    name: String,
}

/// An object with its validator.
pub(super) struct Object {
    pub(super) bytes: Bytes,
    pub(super) etag: Option<String>,
}

/// On what a put depends.
#[derive(Clone, Copy, Debug)]
pub enum Precondition<'a> {
    /// Nothing: the object is named by its content.
    None,
    /// There is no such object yet.
    Absent,
    /// The object still has this ETag.
    Matches(&'a str),
}

/// What an object is served as.
#[derive(Clone, Copy, Debug, Default)]
pub struct Headers {
    /// Media type.
    pub content_type: &'static str,
    /// `gzip` or `br`, for objects that a CDN serves.
    pub content_encoding: Option<&'static str>,
    /// Whether the object never changes.
    pub is_immutable: bool,
}

/// A put, boxed so that tests can stand between a publisher and the bucket and let it fail.
pub type PutFuture<'a> = Pin<Box<dyn Future<Output = Result<bool, SnapshotError>> + Send + 'a>>;

/// Write access to the bucket: the only way in which a publisher changes it.
pub trait PutBucket: fmt::Debug + Send + Sync {
    /// Stores an object; `false` when the precondition did not hold.
    fn put<'a>(&'a self, key: &'a str, bytes: Bytes, headers: Headers, precondition: Precondition<'a>)
    -> PutFuture<'a>;
}

impl Bucket {
    /// The bucket called `name`.
    #[must_use]
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self { client, name: name.into() }
    }

    /// Creates the bucket if it does not exist, for local use and tests.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn create(&self) -> Result<(), SnapshotError> {
        if self.client.head_bucket().bucket(&self.name).send().await.is_ok() {
            return Ok(());
        }
        let created = self.client.create_bucket().bucket(&self.name).send().await;
        created.map(drop).map_err(|error| self.failed("create the bucket", &self.name, &error))
    }

    /// An object, or `None` when there is none.
    pub(super) async fn get(&self, key: &str) -> Result<Option<Object>, SnapshotError> {
        let operation = "read";
        let answer = match self.client.get_object().bucket(&self.name).key(key).send().await {
            Ok(answer) => answer,
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_key()) => return Ok(None),
            Err(error) => return Err(self.failed(operation, key, &error)),
        };
        let etag = answer.e_tag;
        let bytes = answer.body.collect().await.map_err(|error| self.failed(operation, key, &error))?.into_bytes();
        Ok(Some(Object { bytes, etag }))
    }

    /// The validator of an object, or `None` when there is no object. Its body is not read: it may be broken.
    pub(super) async fn etag(&self, key: &str) -> Result<Option<String>, SnapshotError> {
        match self.client.head_object().bucket(&self.name).key(key).send().await {
            Ok(answer) => Ok(answer.e_tag),
            // By the status: an answer to HEAD has no body that could name the error.
            Err(error) if error.raw_response().is_some_and(|answer| answer.status().as_u16() == 404) => Ok(None),
            Err(error) => Err(self.failed("look for", key, &error)),
        }
    }

    /// An LZ4 object, decompressed. Its content is checked by whoever knows its hash.
    pub(super) async fn get_compressed(&self, key: &str) -> Result<Bytes, SnapshotError> {
        let object = self.get(key).await?.ok_or_else(|| SnapshotError::Missing(key.to_owned()))?;
        let corrupt = |reason: String| SnapshotError::Corrupt { key: key.to_owned(), reason };
        let (size, compressed) =
            lz4_flex::block::uncompressed_size(&object.bytes).map_err(|error| corrupt(error.to_string()))?;
        if size > limits::SNAPSHOT_OBJECT_BYTES {
            return Err(corrupt(format!("it says that it has {size} bytes")));
        }
        let bytes = lz4_flex::block::decompress(compressed, size).map_err(|error| corrupt(error.to_string()))?;
        if bytes.len() != size {
            return Err(corrupt(format!("it says that it has {size} bytes and has {}", bytes.len())));
        }
        Ok(bytes.into())
    }

    fn failed(&self, operation: &'static str, key: &str, error: &dyn std::error::Error) -> SnapshotError {
        SnapshotError::Call { operation, key: key.to_owned(), message: error_chain(error) }
    }
}

pub(super) fn compress(bytes: &[u8]) -> Bytes {
    lz4_flex::block::compress_prepend_size(bytes).into()
}

impl PutBucket for Bucket {
    fn put<'a>(
        &'a self,
        key: &'a str,
        bytes: Bytes,
        headers: Headers,
        precondition: Precondition<'a>,
    ) -> PutFuture<'a> {
        Box::pin(async move {
            let cache_control = if headers.is_immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
            let put = self
                .client
                .put_object()
                .bucket(&self.name)
                .key(key)
                .content_type(headers.content_type)
                .cache_control(cache_control)
                .set_content_encoding(headers.content_encoding.map(str::to_owned))
                .body(ByteStream::from(bytes));
            let put = match precondition {
                Precondition::None => put,
                Precondition::Absent => put.if_none_match("*"),
                Precondition::Matches(etag) => put.if_match(etag),
            };
            match put.send().await {
                Ok(_) => Ok(true),
                // 409 is S3's answer to two conditional puts at once.
                Err(error)
                    if error.raw_response().is_some_and(|answer| matches!(answer.status().as_u16(), 409 | 412)) =>
                {
                    Ok(false)
                }
                Err(error) => Err(self.failed("write", key, &error)),
            }
        })
    }
}
