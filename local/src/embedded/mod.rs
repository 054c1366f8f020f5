//! The embedded stores: DynamoDB on `SQLite` and S3 on a directory, answered in process.
//!
//! `berth serve` reaches them through unmodified AWS clients whose HTTP client is replaced, so no port is opened: on a
//! laptop any web page could reach an unauthenticated `DynamoDB` on a TCP port.

mod conditions;
mod connector;
mod dynamodb;
mod lock;
mod loopback;
mod s3;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use dynoxide::{Database, DynoxideError};
use s3s::S3Error;
use s3s::service::S3Service;
use thiserror::Error;

pub use self::loopback::Loopback;

/// The access key and the secret key with which the embedded S3 expects its requests to be signed.
pub const CREDENTIAL: &str = "berth";

/// Embedded DynamoDB (dynoxide-rs on `SQLite`) and S3 (s3s + s3s-fs on a directory), state below one directory.
///
/// Clones, clients and a [`Loopback`] share the stores; the directory is free again when the last of them is dropped.
#[derive(Clone)]
pub struct Embedded {
    stores: Arc<Stores>,
}

/// Fields are dropped in order: the lock is released last.
struct Stores {
    dynamodb: Database,
    s3: S3Service,
    _lock: lock::DirectoryLock,
}

impl Embedded {
    /// Opens or creates the stores below `data`: `dynamodb.sqlite` and `s3/`.
    ///
    /// Holds an exclusive lock on `data/lock`, which the operating system releases when the process dies.
    pub fn open(data: &Path) -> Result<Self, EmbeddedError> {
        let s3 = data.join("s3");
        std::fs::create_dir_all(&s3).map_err(|source| EmbeddedError::Create { path: s3.clone(), source })?;
        let lock = lock::DirectoryLock::acquire(data)?;
        let stores =
            Stores { dynamodb: dynamodb::open(&data.join("dynamodb.sqlite"))?, s3: s3::open(&s3)?, _lock: lock };
        Ok(Self { stores: Arc::new(stores) })
    }

    /// An HTTP client for unmodified AWS clients: requests are answered in process. They sign with [`CREDENTIAL`]; S3 needs
    /// path-style addressing.
    pub fn http_client(&self) -> SharedHttpClient {
        connector::client(&self.stores)
    }

    /// Deletes the items whose time to live has passed and returns how many they were. Blocks.
    pub fn sweep_ttl(&self) -> Result<usize, EmbeddedError> {
        self.stores.dynamodb.sweep_ttl().map_err(EmbeddedError::SweepTtl)
    }

    /// Serves both stores on one loopback port, for processes that need an endpoint (`AWS_ENDPOINT_URL`).
    ///
    /// Requests whose `x-amz-target` starts with `DynamoDB_` go to DynamoDB, all others to S3.
    pub async fn listen(&self) -> Result<Loopback, EmbeddedError> {
        Loopback::start(self.stores.clone()).await.map_err(EmbeddedError::Listen)
    }
}

/// Why an embedded store could not be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EmbeddedError {
    /// Another process has the data directory open.
    #[error(
        "another berth uses the data directory {}: stop it, or choose another directory with --data or BERTH_DATA",
        path.display()
    )]
    InUse {
        /// The data directory.
        path: PathBuf,
    },
    /// The data directory cannot be created.
    #[error("create the directory {}: {source}; choose a writable one with --data or BERTH_DATA", path.display())]
    Create {
        /// The directory.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The lock file cannot be opened or locked.
    #[error("lock {}: {source}; the data directory has to be writable and on a file system with locks", path.display())]
    Lock {
        /// The lock file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// `SQLite` takes paths as UTF-8 only.
    #[error("open {}: the path is not UTF-8; choose another directory with --data or BERTH_DATA", path.display())]
    NotUtf8 {
        /// The database file.
        path: PathBuf,
    },
    /// The database of the embedded DynamoDB cannot be opened.
    #[error("open the embedded DynamoDB {}: {source}", path.display())]
    OpenDynamoDb {
        /// The database file.
        path: PathBuf,
        /// What the engine says.
        source: DynoxideError,
    },
    /// The directory of the embedded S3 cannot be opened.
    #[error("open the embedded S3 directory {}: {source:?}", path.display())]
    OpenS3 {
        /// The directory.
        path: PathBuf,
        /// What the store says.
        source: S3Error,
    },
    /// Items whose time has passed cannot be deleted.
    #[error("delete expired items of the embedded DynamoDB: {0}")]
    SweepTtl(#[source] DynoxideError),
    /// No loopback port can be opened.
    #[error("listen on a port of 127.0.0.1 for the embedded stores: {0}")]
    Listen(#[source] io::Error),
}
