//! What a decision about one version has to know.

use std::collections::{BTreeSet, HashMap};

use super::attributes::{self, Attributes};
use super::reader::remote_holders;
use super::{Head, Reader, StoreError, keys};
use crate::model::{ServerName, ServerVersion, VersionState};

/// A server and one version of it, before the version is published.
#[derive(Clone, Debug)]
pub struct Publication {
    /// The head of the server, if there is one.
    pub head: Option<Head>,
    /// The version, if it is stored.
    pub stored: Option<StoredVersion>,
    /// The first name that looks like this one, if it is another.
    pub lookalike: Option<String>,
    /// Which server holds each of the remote URLs; those that nobody holds are absent.
    pub holders: HashMap<String, String>,
}

/// A version with what the table keeps for itself.
#[derive(Clone, Debug)]
pub struct StoredVersion {
    /// The state.
    pub state: VersionState,
    /// Who published it ([`super::VersionChange::publisher`]).
    pub publisher: Option<String>,
}

impl Reader {
    /// All that publishing `version` of `name` with remote `urls` has to know, in one call. Each item is read consistently,
    /// but not all at one moment: a commit on the head holds only if the server has not changed since.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn publication(
        &self,
        name: &ServerName,
        version: &ServerVersion,
        urls: &[String],
    ) -> Result<Publication, StoreError> {
        let operation = "read a server before a publish";
        let (head_key, version_key) = (keys::head(name), keys::version(name, version));
        let lookalike_key = keys::lookalike(name);
        let mut wanted = BTreeSet::from([head_key.clone(), version_key.clone(), lookalike_key.clone()]);
        wanted.extend(urls.iter().map(|url| keys::remote(url)));
        let items = self.batch_get(operation, wanted).await?;
        let holders = remote_holders(operation, &items, urls)?;
        let (mut head, mut stored, mut lookalike) = (None, None, None);
        for item in &items {
            let attributes = Attributes { operation, item };
            let (pk, sk) = (attributes.text(keys::PK)?, attributes.text(keys::SK)?);
            if pk == head_key.pk && sk == head_key.sk {
                head = Some(attributes.head()?);
            } else if pk == version_key.pk && sk == version_key.sk {
                stored = Some(StoredVersion::read(&attributes)?);
            } else if pk == lookalike_key.pk {
                lookalike = Some(attributes.text(attributes::NAME)?.to_owned()).filter(|other| other != name.as_str());
            }
        }
        Ok(Publication { head, stored, lookalike, holders })
    }

    /// One version, read consistently.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn version(
        &self,
        name: &ServerName,
        version: &ServerVersion,
    ) -> Result<Option<StoredVersion>, StoreError> {
        let operation = "read a version";
        let item = self.get(operation, &keys::version(name, version)).await?;
        item.map(|item| StoredVersion::read(&Attributes { operation, item: &item })).transpose()
    }
}

impl StoredVersion {
    fn read(attributes: &Attributes<'_>) -> Result<Self, StoreError> {
        let publisher = attributes.optional_text(attributes::PUBLISHER).map(str::to_owned);
        Ok(Self { state: attributes.state()?, publisher })
    }
}
