//! Claims and holders in the table.

mod claims;
mod holders;
mod write;

use aws_sdk_dynamodb::Client;
use registry::store::attributes::{Item, key_item};
use registry::store::keys::Key;
use registry::store::{AuditLog, AuditRecord, Exceeded, StoreError};

use crate::claim::Claim;
use crate::domain::Domain;
use crate::suffix::ClaimableDomain;
use crate::terms::Terms;

pub(crate) use holders::of_holder;

/// Claims and holders of domains. Each change is one transaction with its record in the audit trail.
#[derive(Clone, Debug)]
pub struct Domains {
    client: Client,
    table: String,
    audit: AuditLog,
    pub(crate) terms: Terms,
}

/// A claim was not changed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DomainsError {
    /// Too many claims wait for their proof.
    #[error(transparent)]
    TooMany(Exceeded),
    /// The identity has no such claim.
    #[error("{0} is not claimed: claim it first, and set the record that the claim names")]
    Unclaimed(Domain),
    /// Somebody else holds the domain, whose proof is there still, or cannot be looked at now.
    #[error("{0}")]
    Held(String),
    /// Others changed the claim all the time.
    #[error("the claim was changed by others again and again: try again")]
    Busy,
    /// The table.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Domains {
    /// The domains of `table`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>, audit: AuditLog, terms: Terms) -> Self {
        Self { client, table: table.into(), audit, terms }
    }

    /// The audit trail that changes are recorded in.
    #[must_use]
    pub fn audit(&self) -> &AuditLog {
        &self.audit
    }

    async fn get(&self, key: &Key) -> Result<Option<Claim>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .consistent_read(true)
            .set_key(Some(key_item(key)))
            .send()
            .await
            .map_err(|error| StoreError::call("read a domain claim", error))?;
        answer.item.as_ref().map(Claim::read).transpose()
    }
}

/// A claim among others. One that cannot be read grants nothing, and does not stand in the way of the others: a new list of
/// public suffixes may have its domain.
fn readable(item: &Item) -> Option<Claim> {
    Claim::read(item)
        .inspect_err(|error| tracing::error!(%error, "a domain claim cannot be read and does not count"))
        .ok()
}

fn about(record: AuditRecord, domain: &ClaimableDomain) -> AuditRecord {
    record.about(domain.namespace()).to(domain.domain().as_str())
}
