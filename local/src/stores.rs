//! The stores of a local registry: embedded ones, or those that the environment names.

use std::path::Path;
use std::sync::Arc;

use registry::aws::{Aws, AwsError};
use registry::catalogue::Catalogue;
use registry::config::{self, Config, ConfigError};
use registry::snapshot::{Bucket, SnapshotError, SnapshotReader};
use registry::store::{Reader, Replay, StoreError, Writer, create_table};
use sync::Sync;

use crate::embedded::{CREDENTIAL, Embedded, EmbeddedError};

/// Table and bucket of the embedded stores.
const NAME: &str = "berth";

/// Where the registry keeps its state, with clients that are ready.
#[derive(Clone)]
pub struct Stores {
    aws: Aws,
    config: Config,
    embedded: Option<Embedded>,
}

/// The stores cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoresError {
    /// The embedded stores.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// The environment.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The environment.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The table.
    #[error(transparent)]
    Table(#[from] StoreError),
    /// The bucket.
    #[error(transparent)]
    Bucket(#[from] SnapshotError),
}

impl Stores {
    /// Whether the environment names stores: an emulator's endpoint, or a table.
    #[must_use]
    pub fn are_in_environment() -> bool {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        is_set("AWS_ENDPOINT_URL") || is_set(config::TABLE)
    }

    /// The embedded stores below `data`, created if they do not exist.
    ///
    /// # Errors
    /// When the directory is in use by another process, or cannot be written.
    pub async fn embedded(data: &Path) -> Result<Self, StoresError> {
        let embedded = Embedded::open(data)?;
        let aws = Aws::embedded(embedded.http_client(), CREDENTIAL);
        let config = Config { table: NAME.to_owned(), bucket: NAME.to_owned() };
        Self { aws, config, embedded: Some(embedded) }.prepared().await
    }

    /// The stores that the environment names. On an emulator, which begins empty, they are created.
    ///
    /// # Errors
    /// When a variable is missing, or the stores cannot be reached.
    pub async fn from_env() -> Result<Self, StoresError> {
        let (aws, config) = (Aws::from_env()?, Config::from_env()?);
        let stores = Self { aws, config, embedded: None };
        if std::env::var_os("AWS_ENDPOINT_URL").is_some() { stores.prepared().await } else { Ok(stores) }
    }

    async fn prepared(self) -> Result<Self, StoresError> {
        create_table(&self.aws.dynamodb(), &self.config.table).await?;
        self.bucket().create().await?;
        Ok(self)
    }

    /// The embedded stores, if they are.
    #[must_use]
    pub fn as_embedded(&self) -> Option<&Embedded> {
        self.embedded.as_ref()
    }

    /// The bucket.
    #[must_use]
    pub fn bucket(&self) -> Bucket {
        Bucket::new(self.aws.s3(), self.config.bucket.as_str())
    }

    /// Write access to the table.
    #[must_use]
    pub fn writer(&self) -> Writer {
        Writer::new(self.aws.dynamodb(), self.config.table.as_str())
    }

    /// The memory of used proofs.
    #[must_use]
    pub fn replay(&self) -> Replay {
        Replay::new(self.aws.dynamodb(), self.config.table.as_str())
    }

    /// A catalogue that has read nothing yet.
    #[must_use]
    pub fn catalogue(&self) -> Arc<Catalogue> {
        let table = Reader::new(self.aws.dynamodb(), self.config.table.as_str());
        Arc::new(Catalogue::new(table, SnapshotReader::new(self.bucket())))
    }

    /// The importer and publisher.
    #[must_use]
    pub fn sync(&self) -> Sync {
        Sync::new(self.writer(), self.bucket())
    }

    /// A client for sources in S3.
    #[must_use]
    pub fn s3(&self) -> Option<aws_sdk_s3::Client> {
        // The embedded bucket is no place that a source is named by.
        self.embedded.is_none().then(|| self.aws.s3())
    }
}
