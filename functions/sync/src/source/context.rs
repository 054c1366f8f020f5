//! What reading a source needs, and its limits.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use registry::limits;

use super::client::{ClientError, Clients};

/// How far the reading of a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A file, an object or a document is being read.
    Bytes {
        /// Bytes so far, decompressed.
        read: u64,
        /// All bytes, where known.
        total: Option<u64>,
    },
    /// A registry API is being walked.
    Entries {
        /// Entries so far.
        read: usize,
        /// Pages so far.
        pages: usize,
    },
}

/// The most that is read.
#[derive(Clone, Copy, Debug)]
pub struct Caps {
    /// Bytes of one source, decompressed.
    pub source_bytes: usize,
    /// Bytes of one page of a registry API, decompressed.
    pub page_bytes: usize,
    /// Pages of one walk.
    pub pages: usize,
}

/// How a request is repeated that failed for a reason that may pass.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// Tries of one request.
    pub tries: u32,
    /// Wait before the second try; doubled for each further one, and shortened by up to half at random.
    pub first_delay: Duration,
    /// Longest wait; a server that asks for more is given up.
    pub longest_delay: Duration,
}

/// What reading a source needs.
#[derive(Clone)]
pub struct ReadContext {
    /// Client for `s3://` locations.
    pub s3: Option<aws_sdk_s3::Client>,
    /// Hears how far the reading is.
    pub progress: Arc<dyn Fn(Progress) + Send + Sync>,
    /// The most that is read.
    pub caps: Caps,
    /// How requests are repeated.
    pub retry: Retry,
    pub(super) clients: Clients,
}

impl ReadContext {
    /// A context with the limits of [`registry::limits`], without S3 and without an ear for progress.
    ///
    /// # Errors
    /// When the HTTP clients cannot be set up.
    pub fn new() -> Result<Self, ClientError> {
        Ok(Self {
            s3: None,
            progress: Arc::new(|_| ()),
            caps: Caps::default(),
            retry: Retry::default(),
            clients: Clients::new()?,
        })
    }
}

impl Default for Caps {
    fn default() -> Self {
        Self { source_bytes: limits::SOURCE_BYTES, page_bytes: limits::SOURCE_PAGE_BYTES, pages: limits::SOURCE_PAGES }
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self { tries: 5, first_delay: Duration::from_secs(1), longest_delay: Duration::from_secs(120) }
    }
}

impl fmt::Debug for ReadContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadContext").field("caps", &self.caps).field("retry", &self.retry).finish_non_exhaustive()
    }
}
