//! How often something was done within a window of time, against a limit. Counted in the table, so that it holds for all
//! sandboxes of a function.

use aws_sdk_dynamodb::Client;
use futures_util::future::join_all;

use super::attributes::{Attributes, TTL, key_item, number};
use super::{StoreError, keys};
use crate::time::Timestamp;

const COUNT: &str = "count";
/// No month is longer.
const SECONDS_OF_MONTH: i64 = 31 * 86_400;

/// A limit on how often somebody does something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What is limited, for people: `publishes per hour by github:583231`.
    pub what: String,
    /// How often it may be done in a window; 0 stands for no limit, and costs no call.
    pub most: u32,
    /// Length of a window, in seconds. Windows begin at its multiples since 1970, so that counting is one write.
    pub seconds: u32,
}

/// A limit is reached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("more than {most} {what}: try again in {retry_after} seconds")]
pub struct Exceeded {
    /// What is limited.
    pub what: String,
    /// How often it may be done in a window.
    pub most: u32,
    /// Seconds until the window ends.
    pub retry_after: u32,
}

/// Counts, and reaches nothing else of the table.
#[derive(Clone, Debug)]
pub struct Counts {
    client: Client,
    table: String,
}

impl Counts {
    /// Counts in `table`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Counts one more against each of the limits, at the same time. The outer error is the table's.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn take(&self, limits: &[Limit], now: Timestamp) -> Result<Result<(), Exceeded>, StoreError> {
        let taken = join_all(limits.iter().filter(|limit| limit.most > 0).map(|limit| self.take_one(limit, now))).await;
        for taken in taken {
            if let Err(exceeded) = taken? {
                return Ok(Err(exceeded));
            }
        }
        Ok(Ok(()))
    }

    async fn take_one(&self, limit: &Limit, now: Timestamp) -> Result<Result<(), Exceeded>, StoreError> {
        let (window, end) = limit.window(now);
        let sent = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key_item(&keys::count(&limit.what, window))))
            .update_expression("SET #ttl = :ttl ADD #count :one")
            .condition_expression("attribute_not_exists(#count) OR #count < :most")
            .expression_attribute_names("#ttl", TTL)
            .expression_attribute_names("#count", COUNT)
            .expression_attribute_values(":ttl", number(end + 3600))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":most", number(limit.most))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(Ok(())),
            Err(error)
                if error.as_service_error().is_some_and(|error| error.is_conditional_check_failed_exception()) =>
            {
                Ok(Err(limit.exceeded(now)))
            }
            Err(error) => Err(StoreError::call("count against a limit", error)),
        }
    }

    /// Whether one more would be too many, without counting it.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn look(&self, limit: &Limit, now: Timestamp) -> Result<Result<(), Exceeded>, StoreError> {
        if limit.most == 0 {
            return Ok(Ok(()));
        }
        let operation = "read the count of a limit";
        let (window, _) = limit.window(now);
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key_item(&keys::count(&limit.what, window))))
            .send()
            .await
            .map_err(|error| StoreError::call(operation, error))?;
        let Some(item) = answer.item else { return Ok(Ok(())) };
        let count: u32 = Attributes { operation, item: &item }.number(COUNT)?;
        Ok(if count < limit.most { Ok(()) } else { Err(limit.exceeded(now)) })
    }
}

impl Counts {
    /// How often something was done in the calendar month of `now`, which is what bills go by.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn of_month(&self, what: &str, now: Timestamp) -> Result<u32, StoreError> {
        let operation = "read the count of a month";
        let key = key_item(&keys::count_of_month(what, now));
        let asked =
            self.client.get_item().table_name(&self.table).set_key(Some(key)).consistent_read(true).send().await;
        let item = asked.map_err(|error| StoreError::call(operation, error))?.item;
        item.map_or(Ok(0), |item| Attributes { operation, item: &item }.number(COUNT))
    }

    /// Counts `more` in the calendar month of `now`.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn add_to_month(&self, what: &str, more: u32, now: Timestamp) -> Result<(), StoreError> {
        let sent = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key_item(&keys::count_of_month(what, now))))
            .update_expression("SET #ttl = :ttl ADD #count :more")
            .expression_attribute_names("#ttl", TTL)
            .expression_attribute_names("#count", COUNT)
            .expression_attribute_values(":ttl", number(now.as_micros().div_euclid(1_000_000) + SECONDS_OF_MONTH))
            .expression_attribute_values(":more", number(more))
            .send()
            .await;
        sent.map(drop).map_err(|error| StoreError::call("count for a month", error))
    }
}

impl Limit {
    /// The window of a time, and the second in which it ends.
    fn window(&self, now: Timestamp) -> (i64, i64) {
        let length = i64::from(self.seconds.max(1));
        let window = now.as_micros().div_euclid(1_000_000).div_euclid(length);
        (window, (window + 1).saturating_mul(length))
    }

    fn exceeded(&self, now: Timestamp) -> Exceeded {
        let (_, end) = self.window(now);
        let left = end - now.as_micros().div_euclid(1_000_000);
        Exceeded {
            what: self.what.clone(),
            most: self.most,
            retry_after: u32::try_from(left.max(1)).unwrap_or(u32::MAX),
        }
    }
}
