//! Keeps the keys of issuers, and refuses to ask for them too often: whoever sends tokens decides which key ids they
//! name, and must not decide how often an issuer is asked.

mod slot;
mod table;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::Client;
use registry::store::StoreError;
use registry::time::Timestamp;
use registry_fetch::{ClientError, Options};

pub(crate) use self::slot::Cached;
use self::slot::{Refresh, Slot};
use self::table::{KeyTable, Turn};
use crate::documents::{self, Documents};
use crate::error::IssuerError;
use crate::issuer::IssuerUrl;
use crate::limits;

const MICROS: i64 = 1_000_000;

/// The keys of all issuers that somebody here trusts. Clones share what they know.
#[derive(Clone, Debug)]
pub struct KeySets {
    documents: Documents,
    table: Option<KeyTable>,
    issuers: Arc<Mutex<HashMap<IssuerUrl, Arc<Slot>>>>,
}

/// Keys of an issuer, and why there are no newer ones.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) cached: Arc<Cached>,
    pub(crate) state: State,
}

#[derive(Debug)]
pub(crate) enum State {
    /// They know the key id, or were fetched just now.
    Fresh,
    /// The issuer is not asked again for so many seconds.
    CoolingDown(i64),
    /// The issuer did not answer.
    Failed(IssuerError),
}

impl KeySets {
    /// How issuers are asked, unless somebody says otherwise. The operator names them, so any address counts.
    #[must_use]
    pub fn options() -> Options {
        documents::options()
    }

    /// Keys in the memory of this process.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(options: Options) -> Result<Self, ClientError> {
        Ok(Self { documents: Documents::new(options)?, table: None, issuers: Arc::default() })
    }

    /// Shares keys with other processes through `table`. Where it cannot be reached, they are kept in memory alone.
    #[must_use]
    pub fn with_table(self, client: Client, table: impl Into<String>) -> Self {
        Self { table: Some(KeyTable::new(client, table.into())), ..self }
    }

    /// The keys of an issuer, refreshed if they are old or do not know the key id, and if it is time.
    pub(crate) async fn keys(
        &self,
        issuer: &IssuerUrl,
        kid: Option<&str>,
        now: Timestamp,
    ) -> Result<Keys, IssuerError> {
        let slot = self.slot(issuer);
        if let Some(keys) = slot.serves(kid, now) {
            return Ok(keys);
        }
        let mut refresh = slot.refresh.lock().await;
        if let Some(keys) = slot.serves(kid, now) {
            return Ok(keys);
        }
        if let Some(seconds) = refresh.left(now) {
            match (slot.kept(now), &refresh.failure) {
                (Some(cached), None) => return Ok(Keys { cached, state: State::CoolingDown(seconds) }),
                (Some(cached), Some(failure)) => return Ok(Keys { cached, state: State::Failed(failure.clone()) }),
                (None, Some(failure)) => return Err(failure.clone()),
                (None, None) => {}
            }
        }
        if let (Some(table), false) = (&self.table, slot.is_fresh(now)) {
            if let Some(stored) = reached(issuer, table.load(issuer).await) {
                slot.adopt(&stored, now);
            }
            if let Some(keys) = slot.serves(kid, now) {
                return Ok(keys);
            }
        }
        // Without keys nobody can log in, so there is nothing to spare the issuer for.
        if let (Some(table), Some(_)) = (&self.table, slot.kept(now))
            && let Some(Turn::Theirs(stored)) = reached(issuer, table.claim(issuer, now).await)
        {
            slot.adopt(&stored, now);
            refresh.rest_after(&stored, now);
            if let Some(keys) = slot.serves(kid, now) {
                return Ok(keys);
            }
            if let (Some(cached), Some(seconds)) = (slot.kept(now), refresh.left(now)) {
                return Ok(Keys { cached, state: State::CoolingDown(seconds) });
            }
        }
        self.fetch(issuer, &slot, &mut refresh, now).await
    }

    async fn fetch(
        &self,
        issuer: &IssuerUrl,
        slot: &Slot,
        refresh: &mut Refresh,
        now: Timestamp,
    ) -> Result<Keys, IssuerError> {
        if slot.kept(now).is_some() {
            // Noted before: a client that hangs up does not make the next one ask again.
            refresh.rest(limits::COOL_DOWN_SECONDS, now, None);
        }
        match self.documents.keys(issuer).await {
            Ok(document) => {
                refresh.rest(limits::COOL_DOWN_SECONDS, now, None);
                let cached = slot.set(document.keys, now);
                if let Some(table) = &self.table {
                    reached(issuer, table.keep(issuer, &document.json, now).await);
                }
                Ok(Keys { cached, state: State::Fresh })
            }
            Err(error) => {
                let kept = slot.kept(now);
                tracing::warn!(%issuer, %error, older_keys = kept.is_some(), "no new keys of an issuer");
                let seconds = if kept.is_some() { limits::COOL_DOWN_SECONDS } else { limits::RETRY_SECONDS };
                refresh.rest(seconds, now, Some(error.clone()));
                let cached = kept.ok_or_else(|| error.clone())?;
                Ok(Keys { cached, state: State::Failed(error) })
            }
        }
    }

    fn slot(&self, issuer: &IssuerUrl) -> Arc<Slot> {
        let mut issuers = self.issuers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = issuers.get(issuer) {
            return Arc::clone(slot);
        }
        Arc::clone(issuers.entry(issuer.clone()).or_default())
    }
}

/// Logins go on without the table.
fn reached<T>(issuer: &IssuerUrl, answer: Result<T, StoreError>) -> Option<T> {
    answer.inspect_err(|error| tracing::warn!(%issuer, %error, "keys of an issuer are in memory alone")).ok()
}

/// Both ends of a cool-down, in microseconds.
fn micros_before(now: Timestamp, span: i64) -> i64 {
    now.as_micros().saturating_sub(span)
}
