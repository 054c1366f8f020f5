//! What a process remembers of one issuer.

use std::sync::{Arc, PoisonError, RwLock};

use registry::time::Timestamp;
use tokio::sync::Mutex;

use super::table::Stored;
use super::{Keys, MICROS, State};
use crate::error::IssuerError;
use crate::keys::KeySet;
use crate::limits;

/// Keys, and when they were fetched.
#[derive(Debug)]
pub(crate) struct Cached {
    pub(crate) keys: KeySet,
    fetched_at: Timestamp,
}

/// One issuer.
#[derive(Debug, Default)]
pub(super) struct Slot {
    current: RwLock<Option<Arc<Cached>>>,
    /// Held while one request refreshes, so that the others share what it brings.
    pub(super) refresh: Mutex<Refresh>,
}

/// How the last refresh went.
#[derive(Debug, Default)]
pub(super) struct Refresh {
    /// Nobody asks again before.
    not_before: Option<Timestamp>,
    pub(super) failure: Option<IssuerError>,
}

impl Slot {
    /// The keys, if they are fresh and another set could not say more about this key id.
    pub(super) fn serves(&self, kid: Option<&str>, now: Timestamp) -> Option<Keys> {
        let cached = self.younger_than(limits::FRESH_SECONDS, now)?;
        cached.keys.knows(kid).then_some(Keys { cached, state: State::Fresh })
    }

    /// The keys, if they may be used at all.
    pub(super) fn kept(&self, now: Timestamp) -> Option<Arc<Cached>> {
        self.younger_than(limits::KEPT_SECONDS, now)
    }

    pub(super) fn is_fresh(&self, now: Timestamp) -> bool {
        self.younger_than(limits::FRESH_SECONDS, now).is_some()
    }

    fn younger_than(&self, seconds: i64, now: Timestamp) -> Option<Arc<Cached>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        let age = |cached: &Cached| now.as_micros().abs_diff(cached.fetched_at.as_micros());
        current.as_ref().filter(|cached| age(cached) < (seconds * MICROS).unsigned_abs()).cloned()
    }

    pub(super) fn set(&self, keys: KeySet, fetched_at: Timestamp) -> Arc<Cached> {
        let cached = Arc::new(Cached { keys, fetched_at });
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&cached));
        cached
    }

    /// Takes over what another process has fetched, if it did so later.
    pub(super) fn adopt(&self, stored: &Stored, now: Timestamp) {
        let Some((json, fetched_at)) = &stored.keys else { return };
        if self.kept(now).is_some_and(|own| own.fetched_at >= *fetched_at) {
            return;
        }
        match KeySet::parse(json.as_bytes()) {
            Some(keys) => drop(self.set(keys, *fetched_at)),
            None => tracing::warn!("a key set in the table is malformed and not used"),
        }
    }
}

impl Refresh {
    /// Nobody asks for so many seconds.
    pub(super) fn rest(&mut self, seconds: i64, now: Timestamp, failure: Option<IssuerError>) {
        let until = now.as_micros().saturating_add(seconds.clamp(1, limits::COOL_DOWN_SECONDS) * MICROS);
        *self = Self { not_before: Timestamp::from_micros(until), failure };
    }

    /// Another process asks, or did.
    pub(super) fn rest_after(&mut self, stored: &Stored, now: Timestamp) {
        let ago = |at: Timestamp| now.as_micros().saturating_sub(at.as_micros()) / MICROS;
        let fetched_at = stored.keys.as_ref().map(|(_, at)| *at);
        let seconds = match stored.asked_at {
            // It has not come back yet, or the issuer did not answer it.
            Some(asked_at) if fetched_at.is_none_or(|fetched_at| fetched_at < asked_at) => limits::LOOK_AGAIN_SECONDS,
            Some(asked_at) => limits::COOL_DOWN_SECONDS.saturating_sub(ago(asked_at)),
            None => limits::LOOK_AGAIN_SECONDS,
        };
        self.rest(seconds, now, None);
    }

    /// How many seconds are left, at least one.
    pub(super) fn left(&self, now: Timestamp) -> Option<i64> {
        let left = self.not_before?.as_micros().saturating_sub(now.as_micros());
        // More than a cool-down is left only if the clock was set back.
        (1..=limits::COOL_DOWN_SECONDS * MICROS).contains(&left).then(|| (left + MICROS - 1) / MICROS)
    }
}
