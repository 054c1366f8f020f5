//! The bucket, as publishers use it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;

use super::{Objects, SnapshotError};
use crate::cache::IMMUTABLE;
use crate::store::error_chain;

/// Write access to the bucket, and its objects.
#[derive(Clone, Debug)]
pub struct Bucket {
    client: Client,
    objects: Objects,
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
    /// The bucket of `objects`, which `client` writes.
    #[must_use]
    pub fn new(client: Client, objects: Objects) -> Self {
        Self { client, objects }
    }

    /// Creates the bucket if it does not exist, for local use and tests.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn create(&self) -> Result<(), SnapshotError> {
        if self.client.head_bucket().bucket(self.objects.name()).send().await.is_ok() {
            return Ok(());
        }
        let created = self.client.create_bucket().bucket(self.objects.name()).send().await;
        created.map(drop).map_err(|error| self.failed("create the bucket", self.objects.name(), &error))
    }

    fn failed(&self, operation: &'static str, key: &str, error: &dyn std::error::Error) -> SnapshotError {
        SnapshotError::Call { operation, key: key.to_owned(), message: error_chain(error) }
    }
}

impl From<Bucket> for Objects {
    fn from(bucket: Bucket) -> Self {
        bucket.objects
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
            let cache_control = if headers.is_immutable { IMMUTABLE } else { "no-cache" };
            let put = self
                .client
                .put_object()
                .bucket(self.objects.name())
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
