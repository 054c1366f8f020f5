//! One transaction: the counter, heads, versions, change records and remote URL claims, each with its condition.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{CancellationReason, Put, TransactWriteItem, Update};

use super::attributes::{self, Item, number, text};
use super::keys::{self, Key};
use super::{Change, CommitError, Head, Serial, ServerChange, StoreError};
use crate::model::ServerName;
use crate::time::Timestamp;

/// What an action of the transaction was for; the answer names actions by their place.
#[derive(Clone, Copy, Debug)]
enum Purpose<'a> {
    Counter,
    Server(&'a ServerChange),
    Record,
    Lookalike,
    Audit,
    Remote(&'a ServerChange, &'a str),
}

/// A transaction that can be sent.
pub(super) struct Transaction<'a> {
    actions: Vec<TransactWriteItem>,
    purposes: Vec<Purpose<'a>>,
    /// The heads after it, in the order of the changes.
    pub(super) heads: Vec<Head>,
    /// The serial after it.
    pub(super) serial: Serial,
}

/// Why the service cancelled a transaction.
pub(super) enum Cancelled {
    /// Somebody else moved the counter, or touched an item at the same moment: try again with the new serial.
    Retry,
    /// The decision must be made again.
    Refused(CommitError),
}

impl<'a> Transaction<'a> {
    pub(super) fn new(
        table: &str,
        before: Serial,
        changes: &'a [ServerChange],
        at: Timestamp,
    ) -> Result<Self, StoreError> {
        let count = changes.iter().map(|change| change.versions.len()).sum();
        let serial = before.plus(count);
        let mut this = Self { actions: Vec::new(), purposes: Vec::new(), heads: Vec::new(), serial };
        this.update(Purpose::Counter, move_counter(table, before, serial))?;
        let mut skeletons = BTreeSet::new();
        let mut next = before;
        for change in changes {
            for version in &change.versions {
                next = next.plus(1);
                let key = keys::version(&change.name, &version.version);
                let put = put(table, attributes::version_item(&key, &version.state, version.publisher.as_deref()))
                    .condition_expression(if version.is_new {
                        "attribute_not_exists(pk)"
                    } else {
                        "attribute_exists(pk)"
                    });
                this.put(Purpose::Server(change), put)?;
                let record = Change {
                    serial: next,
                    at,
                    name: change.name.clone(),
                    version: version.version.clone(),
                    is_new: version.is_new,
                    state: version.state.clone(),
                    owner: change.owner.clone(),
                    latest: change.latest.clone(),
                };
                let put = put_record(table, &keys::change(next), &record);
                this.put(Purpose::Record, put)?;
            }
            let head = change.head_after(next);
            let put = put(table, attributes::head_item(&keys::head(&change.name), &head));
            let put = match &change.before {
                None => put.condition_expression("attribute_not_exists(pk)"),
                Some(before) => put
                    .condition_expression("serial = :serial")
                    .expression_attribute_values(":serial", number(before.serial)),
            };
            this.put(Purpose::Server(change), put)?;
            this.heads.push(head);
            let lookalike = keys::lookalike(&change.name);
            // A transaction may touch an item only once, and one name of those that look alike is enough.
            if change.before.is_none() && skeletons.insert(lookalike.pk.clone()) {
                this.update(Purpose::Lookalike, remember_name(table, &lookalike, &change.name))?;
            }
            this.actions.extend(change.audit.iter().cloned());
            this.purposes.extend(change.audit.iter().map(|_| Purpose::Audit));
            for (url, delta) in change.net_claims() {
                this.update(Purpose::Remote(change, url), claim(table, change, url, delta))?;
            }
        }
        Ok(this)
    }

    /// What is sent; what became of it can be explained without.
    pub(super) fn take_actions(&mut self) -> Vec<TransactWriteItem> {
        std::mem::take(&mut self.actions)
    }

    fn put(
        &mut self,
        purpose: Purpose<'a>,
        put: aws_sdk_dynamodb::types::builders::PutBuilder,
    ) -> Result<(), StoreError> {
        let put = put.build().map_err(incomplete)?;
        self.actions.push(TransactWriteItem::builder().put(put).build());
        self.purposes.push(purpose);
        Ok(())
    }

    fn update(
        &mut self,
        purpose: Purpose<'a>,
        update: aws_sdk_dynamodb::types::builders::UpdateBuilder,
    ) -> Result<(), StoreError> {
        let update = update.build().map_err(incomplete)?;
        self.actions.push(TransactWriteItem::builder().update(update).build());
        self.purposes.push(purpose);
        Ok(())
    }

    /// What the cancellation means. A changed head comes before a taken URL: the decision was made on an old state.
    pub(super) fn explain(&self, reasons: &[CancellationReason]) -> Cancelled {
        let failed = |wanted: &str| {
            let pairs = self.purposes.iter().zip(reasons);
            pairs.filter(|(_, reason)| reason.code() == Some(wanted)).map(|(purpose, _)| *purpose).collect::<Vec<_>>()
        };
        let conditions = failed("ConditionalCheckFailed");
        for purpose in &conditions {
            if let Purpose::Server(change) = purpose {
                return Cancelled::Refused(CommitError::Raced(change.name.clone()));
            }
        }
        for purpose in &conditions {
            if let Purpose::Remote(change, url) = purpose {
                let (name, url) = (change.name.clone(), (*url).to_owned());
                return Cancelled::Refused(CommitError::RemoteTaken { name, url });
            }
        }
        let others = reasons.iter().filter_map(CancellationReason::code).filter(|code| {
            !matches!(
                *code,
                "None"
                    | "ConditionalCheckFailed"
                    | "TransactionConflict"
                    | "ThrottlingError"
                    | "ProvisionedThroughputExceeded"
            )
        });
        match others.into_iter().next() {
            None => Cancelled::Retry,
            Some(code) => {
                let message = format!("the transaction was cancelled: {code}");
                Cancelled::Refused(StoreError::Call { operation: "commit", message }.into())
            }
        }
    }
}

fn incomplete(error: aws_sdk_dynamodb::error::BuildError) -> StoreError {
    StoreError::Call { operation: "build a transaction", message: error.to_string() }
}

fn put(table: &str, item: Item) -> aws_sdk_dynamodb::types::builders::PutBuilder {
    Put::builder().table_name(table).set_item(Some(item))
}

/// Without a condition of its own: the counter moves from the serial before in the same transaction, and no change has a
/// serial above the counter's. A condition would read what cannot be there.
fn put_record(table: &str, key: &Key, record: &Change) -> aws_sdk_dynamodb::types::builders::PutBuilder {
    put(table, attributes::change_item(key, record))
}

/// The first name stays the one, whatever becomes of its server.
fn remember_name(table: &str, key: &Key, name: &ServerName) -> aws_sdk_dynamodb::types::builders::UpdateBuilder {
    Update::builder()
        .table_name(table)
        .set_key(Some(attributes::key_item(key)))
        .update_expression("SET #name = if_not_exists(#name, :name)")
        .expression_attribute_names("#name", attributes::NAME)
        .expression_attribute_values(":name", text(name.as_str()))
}

fn move_counter(table: &str, before: Serial, after: Serial) -> aws_sdk_dynamodb::types::builders::UpdateBuilder {
    let update = Update::builder()
        .table_name(table)
        .set_key(Some(attributes::key_item(&keys::counter())))
        .update_expression("SET serial = :after")
        .expression_attribute_values(":after", number(after));
    if before == Serial::default() {
        update.condition_expression("attribute_not_exists(serial)")
    } else {
        update.condition_expression("serial = :before").expression_attribute_values(":before", number(before))
    }
}

/// A claim that no version holds any more is kept at zero and is free to take.
fn claim(
    table: &str,
    change: &ServerChange,
    url: &str,
    delta: i64,
) -> aws_sdk_dynamodb::types::builders::UpdateBuilder {
    let condition = if delta > 0 {
        "attribute_not_exists(pk) OR #server = :server OR #versions = :none"
    } else {
        "#server = :server AND #versions > :none"
    };
    Update::builder()
        .table_name(table)
        .set_key(Some(attributes::key_item(&keys::remote(url))))
        .update_expression("SET #server = :server, #url = :url ADD #versions :delta")
        .condition_expression(condition)
        .expression_attribute_names("#server", attributes::SERVER)
        .expression_attribute_names("#versions", attributes::VERSIONS)
        .expression_attribute_names("#url", "url")
        .expression_attribute_values(":server", text(change.name.as_str()))
        .expression_attribute_values(":url", text(url))
        .expression_attribute_values(":delta", number(delta))
        .expression_attribute_values(":none", number(0))
}
