//! Key sets in the table: what one process has fetched serves all of them, and together they ask no more often than
//! one.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use registry::store::attributes::{Attributes, Item, TTL, key_item, number, text};
use registry::store::{StoreError, keys};
use registry::time::Timestamp;

use super::{MICROS, micros_before};
use crate::issuer::IssuerUrl;
use crate::limits;

/// The document.
const KEYS: &str = "keys";
/// When it was fetched.
const FETCHED_AT: &str = "fetched_at";
/// When somebody last set out to fetch it.
const ASKED_AT: &str = "asked_at";

/// Keeps key sets, and reaches nothing else of the table.
#[derive(Clone, Debug)]
pub(super) struct KeyTable {
    client: Client,
    table: String,
}

/// What the table has about an issuer.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) keys: Option<(String, Timestamp)>,
    pub(super) asked_at: Option<Timestamp>,
}

/// Whose turn it is to ask the issuer.
pub(super) enum Turn {
    Ours,
    Theirs(Stored),
}

impl KeyTable {
    pub(super) fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// What is known of an issuer.
    pub(super) async fn load(&self, issuer: &IssuerUrl) -> Result<Stored, StoreError> {
        let operation = "read a key set";
        let read = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key_item(&keys::key_set(issuer.as_str()))))
            .consistent_read(true)
            .send();
        let item = in_time(operation, read).await?.item.unwrap_or_default();
        Ok(Stored::from(&item))
    }

    /// Takes the turn to ask, unless somebody took it less than a cool-down ago.
    pub(super) async fn claim(&self, issuer: &IssuerUrl, now: Timestamp) -> Result<Turn, StoreError> {
        let operation = "claim the refresh of a key set";
        let cool_down = limits::COOL_DOWN_SECONDS * MICROS;
        // Beyond the second bound a clock was wrong, and nobody has to wait for it.
        let write = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key_item(&keys::key_set(issuer.as_str()))))
            .update_expression("SET #asked = :now, #ttl = if_not_exists(#ttl, :ttl)")
            .condition_expression("attribute_not_exists(#asked) OR #asked <= :before OR #asked > :after")
            .expression_attribute_names("#asked", ASKED_AT)
            .expression_attribute_names("#ttl", TTL)
            .expression_attribute_values(":now", number(now.as_micros()))
            .expression_attribute_values(":before", number(micros_before(now, cool_down)))
            .expression_attribute_values(":after", number(micros_before(now, -cool_down)))
            .expression_attribute_values(":ttl", number(worthless_at(now)))
            .send();
        match tokio::time::timeout(TIMEOUT, write).await {
            Err(_) => Err(timed_out(operation)),
            Ok(Ok(_)) => Ok(Turn::Ours),
            Ok(Err(error))
                if error.as_service_error().is_some_and(|error| error.is_conditional_check_failed_exception()) =>
            {
                Ok(Turn::Theirs(self.load(issuer).await?))
            }
            Ok(Err(error)) => Err(StoreError::call(operation, error)),
        }
    }

    /// Keeps a key set for everybody.
    pub(super) async fn keep(&self, issuer: &IssuerUrl, json: &str, at: Timestamp) -> Result<(), StoreError> {
        let mut item = key_item(&keys::key_set(issuer.as_str()));
        item.extend([
            (KEYS.to_owned(), text(json)),
            (FETCHED_AT.to_owned(), number(at.as_micros())),
            (ASKED_AT.to_owned(), number(at.as_micros())),
            (TTL.to_owned(), number(worthless_at(at))),
        ]);
        let write = self.client.put_item().table_name(&self.table).set_item(Some(item)).send();
        in_time("keep a key set", write).await.map(drop)
    }
}

const TIMEOUT: Duration = Duration::from_secs(limits::TABLE_SECONDS);

async fn in_time<T, E, R>(
    operation: &'static str,
    call: impl Future<Output = Result<T, aws_sdk_dynamodb::error::SdkError<E, R>>>,
) -> Result<T, StoreError>
where
    E: std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let answer = tokio::time::timeout(TIMEOUT, call).await.map_err(|_| timed_out(operation))?;
    answer.map_err(|error| StoreError::call(operation, error))
}

fn timed_out(operation: &'static str) -> StoreError {
    StoreError::Call { operation, message: format!("no answer within {} seconds", limits::TABLE_SECONDS) }
}

/// In seconds since the epoch.
fn worthless_at(fetched_at: Timestamp) -> i64 {
    fetched_at.as_micros().div_euclid(MICROS).saturating_add(limits::KEPT_SECONDS)
}

impl From<&Item> for Stored {
    fn from(item: &Item) -> Self {
        let attributes = Attributes { operation: "read a key set", item };
        let time = |name| attributes.optional_number(name).and_then(Timestamp::from_micros);
        let json = attributes.optional_text(KEYS).map(str::to_owned);
        Self { keys: json.zip(time(FETCHED_AT)), asked_at: time(ASKED_AT) }
    }
}
