//! The stores of a local registry: embedded ones, or those that the environment names.

use std::path::Path;
use std::sync::Arc;

use registry::aws::{Aws, AwsError};
use registry::catalogue::Catalogue;
use registry::config::{self, Config, ConfigError};
use registry::limits;
use registry::snapshot::{Bucket, Objects, SnapshotError, SnapshotReader};
use registry::store::{AuditLog, Counts, Reader, StoreError, Writer, create_table};
use registry_domain::{Domains, Terms};
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
        Bucket::new(self.aws.s3(), Objects::new(&self.aws, &self.config.bucket))
    }

    /// Write access to the table.
    #[must_use]
    pub fn writer(&self) -> Writer {
        Writer::new(self.aws.dynamodb(), self.config.table.as_str())
    }

    /// The audit trail, kept as long as where nothing is configured.
    #[must_use]
    pub fn trail(&self) -> AuditLog {
        self.trail_kept(limits::AUDIT_DAYS)
    }

    /// The audit trail, kept for `days`.
    #[must_use]
    pub fn trail_kept(&self, days: u32) -> AuditLog {
        AuditLog::new(self.aws.dynamodb(), self.config.table.as_str(), days)
    }

    /// What limits count.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts::new(self.aws.dynamodb(), self.config.table.as_str())
    }

    /// The parts of the table that logins reach.
    #[must_use]
    pub fn tables(&self, audit_days: u32) -> auth::Tables {
        auth::Tables::new(self.aws.dynamodb(), self.config.table.as_str(), audit_days)
    }

    /// Claims of domains and their holders.
    #[must_use]
    pub fn domains_of(&self, trail: AuditLog, terms: Terms) -> Domains {
        Domains::new(self.aws.dynamodb(), self.config.table.as_str(), trail, terms)
    }

    /// A catalogue that has read nothing yet.
    #[must_use]
    pub fn catalogue(&self) -> Arc<Catalogue> {
        let table = Reader::new(self.aws.dynamodb(), self.config.table.as_str());
        Arc::new(Catalogue::new(table, SnapshotReader::keeping(self.bucket(), limits::LOCAL_BLOCK_CACHE_BYTES)))
    }

    /// The importer and publisher. It signs nothing, unless it is given keys ([`Sync::signing_with`]).
    #[must_use]
    pub fn sync(&self) -> Sync {
        Sync::new(self.writer(), self.bucket()).keeping_blocks(limits::LOCAL_BLOCK_CACHE_BYTES)
    }

    /// A client for sources in S3.
    #[must_use]
    pub fn s3(&self) -> Option<aws_sdk_s3::Client> {
        // The embedded bucket is no place that a source is named by.
        self.embedded.is_none().then(|| self.aws.s3())
    }
}
