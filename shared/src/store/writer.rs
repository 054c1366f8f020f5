//! Writing the table.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use tokio::sync::Mutex;

use super::attributes::{self, number};
use super::queue::CommitQueue;
use super::transaction::{Cancelled, Transaction};
use super::{CommitError, Head, Reader, Serial, ServerChange, StoreError, keys};
use crate::limits;
use crate::time::Timestamp;

/// Write access to the table, with the read access that decisions need.
#[derive(Debug)]
pub struct Writer {
    reader: Reader,
    /// The serial after the last commit of this process, to save a read before the next. Held while committing: writers
    /// of one process queue here instead of racing for the counter.
    known: Mutex<Option<Serial>>,
    /// Changes that wait for a transaction.
    queue: CommitQueue,
}

impl Writer {
    /// A writer of `table`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { reader: Reader::new(client, table), known: Mutex::new(None), queue: CommitQueue::default() }
    }

    /// Read access alone, for whoever only reads.
    #[must_use]
    pub fn clone_reader(&self) -> Reader {
        self.reader.clone()
    }

    /// Commits all of `changes` in one transaction, or nothing. They must fit one ([`super::batches`]).
    ///
    /// A lost race for the serial, and throttling, are retried with jitter, [`limits::WRITE_ATTEMPTS`] times. Returns the
    /// heads after it, in the order of the changes.
    ///
    /// # Errors
    /// [`CommitError::Raced`] and [`CommitError::RemoteTaken`] when the decision must be made again; otherwise the
    /// table failed.
    pub async fn commit(&self, changes: &[ServerChange], at: Timestamp) -> Result<Vec<Head>, CommitError> {
        let mut known = self.known.lock().await;
        self.send(&mut known, changes, at).await
    }

    /// Commits one change, in one transaction with those that others bring meanwhile: while one transaction is on its way
    /// the next gathers, so that sixteen publishers at once wait for two and not for sixteen. Returns the head after it.
    ///
    /// It is committed even if whoever asked goes away.
    ///
    /// # Errors
    /// As [`Writer::commit`], for this change alone.
    pub async fn commit_with_others(self: &Arc<Self>, change: ServerChange) -> Result<Head, CommitError> {
        let name = change.name.clone();
        let committed = self.queue.push(change);
        let this = Arc::clone(self);
        tokio::spawn(async move { this.drain().await });
        committed.await.unwrap_or(Err(CommitError::Raced(name)))
    }

    /// Commits what waits, group after group.
    async fn drain(&self) {
        let mut known = self.known.lock().await;
        loop {
            let mut group = self.queue.next_group();
            while !group.is_empty() {
                match self.send(&mut known, group.changes(), Timestamp::now()).await {
                    Ok(heads) => group.finish(heads),
                    // The others go on without it.
                    Err(error @ (CommitError::Raced(_) | CommitError::RemoteTaken { .. })) => group.refuse(error),
                    Err(error) => group.fail(&error),
                }
            }
            if self.queue.is_empty() {
                return;
            }
        }
    }

    async fn send(
        &self,
        known: &mut Option<Serial>,
        changes: &[ServerChange],
        at: Timestamp,
    ) -> Result<Vec<Head>, CommitError> {
        for attempt in 0..limits::WRITE_ATTEMPTS {
            let before = match known.take() {
                Some(serial) => serial,
                None => self.reader.counter().await?.serial,
            };
            let mut transaction = Transaction::new(&self.reader.table, before, changes, at)?;
            let actions = transaction.take_actions();
            let sent = self.reader.client.transact_write_items().set_transact_items(Some(actions)).send().await;
            let Err(error) = sent else {
                *known = Some(transaction.serial);
                return Ok(transaction.heads);
            };
            let cancelled = match error.as_service_error() {
                Some(service) if service.is_transaction_canceled_exception() => {
                    use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError as Service;
                    match service {
                        Service::TransactionCanceledException(exception) => {
                            transaction.explain(exception.cancellation_reasons())
                        }
                        _ => Cancelled::Retry,
                    }
                }
                Some(service)
                    if service.is_transaction_in_progress_exception()
                        || service.is_provisioned_throughput_exceeded_exception()
                        || service.is_request_limit_exceeded()
                        || service.is_throttling_exception() =>
                {
                    Cancelled::Retry
                }
                _ => Cancelled::Refused(StoreError::call("commit", error).into()),
            };
            match cancelled {
                Cancelled::Retry => pause(attempt).await,
                Cancelled::Refused(error) => return Err(error),
            }
        }
        Err(CommitError::Busy(limits::WRITE_ATTEMPTS))
    }

    /// Tells the readers that a snapshot of `serial` is published. Never moves back.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn announce_snapshot(&self, serial: Serial) -> Result<(), StoreError> {
        let sent = self
            .reader
            .client
            .update_item()
            .table_name(&self.reader.table)
            .set_key(Some(attributes::key_item(&keys::counter())))
            .update_expression("SET #snapshot = :serial")
            .condition_expression("attribute_not_exists(#snapshot) OR #snapshot < :serial")
            .expression_attribute_names("#snapshot", attributes::SNAPSHOT)
            .expression_attribute_values(":serial", number(serial))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(()),
            Err(error)
                if error.as_service_error().is_some_and(|error| error.is_conditional_check_failed_exception()) =>
            {
                Ok(())
            }
            Err(error) => Err(StoreError::call("announce a snapshot", error)),
        }
    }

    /// Tells readers that the snapshot of the serial that they may have was published again.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn announce_again(&self) -> Result<(), StoreError> {
        let sent = self
            .reader
            .client
            .update_item()
            .table_name(&self.reader.table)
            .set_key(Some(attributes::key_item(&keys::counter())))
            .update_expression("ADD #again :one")
            .expression_attribute_names("#again", attributes::AGAIN)
            .expression_attribute_values(":one", number(1))
            .send()
            .await;
        sent.map(drop).map_err(|error| StoreError::call("announce a snapshot again", error))
    }

    /// Remembers where to go on with a source.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_source_status(&self, name: &str, status: &str) -> Result<(), StoreError> {
        let mut item = attributes::key_item(&keys::source(name));
        item.insert(attributes::STATUS.to_owned(), attributes::text(status));
        let sent = self.reader.client.put_item().table_name(&self.reader.table).set_item(Some(item)).send().await;
        sent.map(drop).map_err(|error| StoreError::call("write the status of a source", error))
    }
}

impl Deref for Writer {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

/// Waits before another attempt: full jitter up to 10 ms, doubled each time, at most half a second.
pub async fn pause(attempt: u32) {
    let most = 10_u64.saturating_mul(1 << attempt.min(6)).min(500);
    tokio::time::sleep(Duration::from_millis(fastrand::u64(0..=most))).await;
}
