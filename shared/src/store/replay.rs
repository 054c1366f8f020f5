//! Proofs of identity that were used.

use aws_sdk_dynamodb::Client;

use super::attributes::{TTL, key_item, number, text};
use super::{StoreError, keys};
use crate::time::Timestamp;

/// Whose item it is.
const BY: &str = "by";

/// Remembers which proofs were used, and reaches nothing else of the table.
#[derive(Clone, Debug)]
pub struct Replay {
    client: Client,
    table: String,
}

impl Replay {
    /// Remembers in `table`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Whether `proof`, a text that stands for one proof however it is written, is used for the first time. It must be
    /// worthless by itself after `until`: then it is forgotten.
    ///
    /// # Errors
    /// When the table cannot be written. Whether the proof counts as used is unknown then.
    pub async fn first_use(&self, proof: &str, until: Timestamp) -> Result<bool, StoreError> {
        // The client repeats a call whose answer was lost; its own item does not stand in its way.
        let by = text(format!("{:032x}", fastrand::u128(..)));
        let mut item = key_item(&keys::used_proof(proof));
        item.insert(TTL.to_owned(), number(until.as_micros().div_euclid(1_000_000) + 1));
        item.insert(BY.to_owned(), by.clone());
        let sent = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(#pk) OR #by = :by")
            .expression_attribute_names("#pk", keys::PK)
            .expression_attribute_names("#by", BY)
            .expression_attribute_values(":by", by)
            .send()
            .await;
        match sent {
            Ok(_) => Ok(true),
            Err(error)
                if error.as_service_error().is_some_and(|error| error.is_conditional_check_failed_exception()) =>
            {
                Ok(false)
            }
            Err(error) => Err(StoreError::call("remember a proof", error)),
        }
    }
}
