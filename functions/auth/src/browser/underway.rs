//! Logins on their way: what the registry remembers while somebody is at GitHub.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::ReturnValue;
use registry::store::attributes::{Attributes, TTL, key_item, number, text};
use registry::store::{StoreError, keys};
use registry::time::Timestamp;

use super::limits;
use super::secret::{Secret, SecretHash};

const VERIFIER: &str = "verifier";
const RETURN_PATH: &str = "return_path";
const BROWSER: &str = "browser";

/// The table's logins on their way, and nothing else of it.
#[derive(Clone, Debug)]
pub(crate) struct LoginsUnderway {
    client: Client,
    table: String,
}

/// A login on its way.
#[derive(Clone, Debug)]
pub(super) struct Underway {
    /// What proves to GitHub that whoever brings the code also began the login.
    pub(super) verifier: Secret,
    /// Where the browser goes afterwards.
    pub(super) return_path: String,
    /// What the browser's cookie must hash to.
    pub(super) browser: SecretHash,
}

impl LoginsUnderway {
    /// Those in `table`.
    pub(crate) fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Remembers a login that begins.
    pub(super) async fn begin(&self, state: &Secret, login: &Underway, now: Timestamp) -> Result<(), StoreError> {
        let mut item = key_item(&keys::login(state.expose()));
        item.extend([
            (VERIFIER.to_owned(), text(login.verifier.expose())),
            (RETURN_PATH.to_owned(), text(login.return_path.as_str())),
            (BROWSER.to_owned(), text(login.browser.to_string())),
            (TTL.to_owned(), number(seconds(now).saturating_add(limits::LOGIN_SECONDS))),
        ]);
        let sent = self.client.put_item().table_name(&self.table).set_item(Some(item)).send().await;
        sent.map(drop).map_err(|error| StoreError::call("remember a login", error))
    }

    /// Takes a login out, so that nobody takes it twice; `None` if there is none, or its time is over.
    pub(super) async fn take(&self, state: &Secret, now: Timestamp) -> Result<Option<Underway>, StoreError> {
        let operation = "look up a login";
        let answer = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key_item(&keys::login(state.expose()))))
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map_err(|error| StoreError::call(operation, error))?;
        let Some(item) = answer.attributes.filter(|item| !item.is_empty()) else { return Ok(None) };
        let attributes = Attributes { operation, item: &item };
        // DynamoDB deletes what has expired when it finds the time.
        if attributes.number::<i64>(TTL)? <= seconds(now) {
            return Ok(None);
        }
        Ok(Some(Underway {
            verifier: attributes.parsed(VERIFIER)?,
            return_path: attributes.text(RETURN_PATH)?.to_owned(),
            browser: attributes.parsed(BROWSER)?,
        }))
    }
}

/// Seconds since the epoch.
pub(super) fn seconds(time: Timestamp) -> i64 {
    time.as_micros().div_euclid(1_000_000)
}
