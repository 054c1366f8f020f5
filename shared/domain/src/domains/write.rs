//! Transactions. Each write of a claim says what it expects in its place: a decision on an old state is not written.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use registry::store::StoreError;
use registry::store::attributes::{Item, key_item, number, text};
use registry::store::keys::Key;

use super::Domains;
use crate::claim::{Claim, EXPIRES_AT, STATUS, TOKEN};

impl Domains {
    pub(super) fn put(
        &self,
        key: &Key,
        claim: &Claim,
        expected: Expected<'_>,
    ) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder().table_name(&self.table).set_item(Some(claim.item(key)));
        let put = match expected {
            Expected::Any => put,
            Expected::None => put.condition_expression("attribute_not_exists(pk)"),
            Expected::This(before) => put
                .condition_expression(UNCHANGED)
                .set_expression_attribute_names(Some(unchanged_names()))
                .set_expression_attribute_values(Some(unchanged_values(before))),
        };
        Ok(TransactWriteItem::builder().put(put.build().map_err(incomplete)?).build())
    }

    pub(super) fn delete(&self, key: &Key, before: &Claim) -> Result<TransactWriteItem, StoreError> {
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(key_item(key)))
            .condition_expression(UNCHANGED)
            .set_expression_attribute_names(Some(unchanged_names()))
            .set_expression_attribute_values(Some(unchanged_values(before)));
        Ok(TransactWriteItem::builder().delete(delete.build().map_err(incomplete)?).build())
    }

    /// Whether it was written; not if a condition does not hold any more.
    pub(super) async fn write(
        &self,
        operation: &'static str,
        actions: Vec<TransactWriteItem>,
    ) -> Result<bool, StoreError> {
        let sent = self.client.transact_write_items().set_transact_items(Some(actions)).send().await;
        let Err(error) = sent else { return Ok(true) };
        match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled))
                if cancelled.cancellation_reasons().iter().all(|reason| {
                    matches!(reason.code(), None | Some("None" | "ConditionalCheckFailed" | "TransactionConflict"))
                }) =>
            {
                Ok(false)
            }
            _ => Err(StoreError::call(operation, error)),
        }
    }
}

/// What a write finds in its place.
#[derive(Clone, Copy)]
pub(super) enum Expected<'a> {
    Any,
    None,
    This(&'a Claim),
}

impl<'a> From<Option<&'a Claim>> for Expected<'a> {
    fn from(before: Option<&'a Claim>) -> Self {
        before.map_or(Self::None, Self::This)
    }
}

/// Each change sets one of the three anew.
const UNCHANGED: &str = "#token = :token AND #status = :status AND #expires = :expires";

fn unchanged_names() -> HashMap<String, String> {
    [("#token", TOKEN), ("#status", STATUS), ("#expires", EXPIRES_AT)]
        .map(|(name, attribute)| (name.to_owned(), attribute.to_owned()))
        .into()
}

fn unchanged_values(before: &Claim) -> Item {
    Item::from([
        (":token".to_owned(), text(before.token.as_str())),
        (":status".to_owned(), text(before.status.as_str())),
        (":expires".to_owned(), number(before.expires_at.as_micros())),
    ])
}

fn incomplete(error: aws_sdk_dynamodb::error::BuildError) -> StoreError {
    StoreError::Call { operation: "change a domain claim", message: error.to_string() }
}
