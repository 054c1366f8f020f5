//! A bucket whose puts fail.

use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use registry::snapshot::{Bucket, Headers, Precondition, PutBucket, PutFuture, SnapshotError};

/// When a put fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is stored.
    Before,
    /// The object is stored, and the publisher does not hear of it.
    After,
}

/// A bucket in which one put fails, and every one that follows it: the publisher died there.
#[derive(Debug)]
pub struct FailingBucket {
    bucket: Bucket,
    fault: Fault,
    fails_at: usize,
    puts: AtomicUsize,
}

impl FailingBucket {
    /// `bucket`, whose put number `fails_at`, counted from 0, fails.
    #[must_use]
    pub fn new(bucket: Bucket, fault: Fault, fails_at: usize) -> Self {
        Self { bucket, fault, fails_at, puts: AtomicUsize::new(0) }
    }
}

impl PutBucket for FailingBucket {
    fn put<'a>(
        &'a self,
        key: &'a str,
        bytes: Bytes,
        headers: Headers,
        precondition: Precondition<'a>,
    ) -> PutFuture<'a> {
        Box::pin(async move {
            let number = self.puts.fetch_add(1, Ordering::SeqCst);
            if number < self.fails_at {
                return self.bucket.put(key, bytes, headers, precondition).await;
            }
            if number == self.fails_at && self.fault == Fault::After {
                self.bucket.put(key, bytes, headers, precondition).await?;
            }
            Err(SnapshotError::Call { operation: "write", key: key.to_owned(), message: "the fault".to_owned() })
        })
    }
}
