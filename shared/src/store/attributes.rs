//! Between items of the table and the model. Times are numbers of microseconds.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::keys::{Key, PK, SK};
use super::{Change, Head, Owner, Serial, StoreError};
use crate::model::{ServerName, ServerVersion, VersionState};
use crate::time::Timestamp;

/// An item of the table.
pub type Item = HashMap<String, AttributeValue>;

/// When DynamoDB may delete an item, in seconds since the epoch.
pub const TTL: &str = "ttl";
pub(super) const SERIAL: &str = "serial";
pub(super) const SNAPSHOT: &str = "snapshot";
pub(super) const AGAIN: &str = "again";
pub(super) const SERVER: &str = "server";
pub(super) const VERSIONS: &str = "versions";
const OWNER: &str = "owner";
const LATEST: &str = "latest";
pub(super) const NAME: &str = "name";
const VERSION: &str = "version";
const DOCUMENT: &str = "document";
const META: &str = "meta";
pub(super) const STATUS: &str = "status";
const STATUS_MESSAGE: &str = "status_message";
const PUBLISHED_AT: &str = "published_at";
const UPDATED_AT: &str = "updated_at";
const STATUS_CHANGED_AT: &str = "status_changed_at";
const AT: &str = "at";
pub(super) const PUBLISHER: &str = "publisher";

/// A text attribute.
pub fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A number attribute.
pub fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// An item that has no more than its key.
#[must_use]
pub fn key_item(key: &Key) -> Item {
    Item::from([(PK.to_owned(), text(key.pk.as_str())), (SK.to_owned(), text(key.sk.as_str()))])
}

pub(super) fn head_item(key: &Key, head: &Head) -> Item {
    let mut item = key_item(key);
    item.extend([
        (OWNER.to_owned(), text(head.owner.encode())),
        (LATEST.to_owned(), text(head.latest.as_str())),
        (VERSIONS.to_owned(), number(head.versions)),
        (SERIAL.to_owned(), number(head.serial)),
    ]);
    item
}

pub(super) fn version_item(key: &Key, state: &VersionState, publisher: Option<&str>) -> Item {
    let mut item = key_item(key);
    put_state(&mut item, state);
    if let Some(publisher) = publisher {
        item.insert(PUBLISHER.to_owned(), text(publisher));
    }
    item
}

pub(super) fn change_item(key: &Key, change: &Change) -> Item {
    let mut item = key_item(key);
    put_state(&mut item, &change.state);
    item.extend([
        (NAME.to_owned(), text(change.name.as_str())),
        (VERSION.to_owned(), text(change.version.as_str())),
        (OWNER.to_owned(), text(change.owner.encode())),
        (LATEST.to_owned(), text(change.latest.as_str())),
        (AT.to_owned(), number(change.at.as_micros())),
    ]);
    item
}

fn put_state(item: &mut Item, state: &VersionState) {
    item.extend([
        (DOCUMENT.to_owned(), text(state.document.as_str())),
        (STATUS.to_owned(), text(state.status.as_str())),
        (PUBLISHED_AT.to_owned(), number(state.published_at.as_micros())),
        (UPDATED_AT.to_owned(), number(state.updated_at.as_micros())),
        (STATUS_CHANGED_AT.to_owned(), number(state.status_changed_at.as_micros())),
    ]);
    if let Some(message) = &state.status_message {
        item.insert(STATUS_MESSAGE.to_owned(), text(message.as_str()));
    }
    if !state.meta.is_empty() {
        let meta = serde_json::to_string(&state.meta).unwrap_or_default();
        item.insert(META.to_owned(), text(meta));
    }
}

/// Reads attributes of one item; errors name the item and the attribute.
#[derive(Clone, Copy, Debug)]
pub struct Attributes<'a> {
    /// What was attempted, for errors.
    pub operation: &'static str,
    /// The item.
    pub item: &'a Item,
}

impl<'a> Attributes<'a> {
    /// The error for an attribute that is missing or of the wrong type.
    #[must_use]
    pub fn malformed(&self, attribute: &'static str) -> StoreError {
        let part = |name| self.optional_text(name).unwrap_or_default();
        StoreError::Malformed { operation: self.operation, key: format!("{}/{}", part(PK), part(SK)), attribute }
    }

    /// A text, if it is there.
    #[must_use]
    pub fn optional_text(&self, name: &str) -> Option<&'a str> {
        self.item.get(name)?.as_s().ok().map(String::as_str)
    }

    /// A text.
    ///
    /// # Errors
    /// When it is missing or no text.
    pub fn text(&self, name: &'static str) -> Result<&'a str, StoreError> {
        self.optional_text(name).ok_or_else(|| self.malformed(name))
    }

    /// A text, parsed.
    ///
    /// # Errors
    /// When it is missing or does not parse.
    pub fn parsed<T: std::str::FromStr>(&self, name: &'static str) -> Result<T, StoreError> {
        self.text(name)?.parse().map_err(|_| self.malformed(name))
    }

    /// A number, if it is there.
    #[must_use]
    pub fn optional_number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.item.get(name)?.as_n().ok()?.parse().ok()
    }

    /// A number.
    ///
    /// # Errors
    /// When it is missing or no number.
    pub fn number<T: std::str::FromStr>(&self, name: &'static str) -> Result<T, StoreError> {
        self.optional_number(name).ok_or_else(|| self.malformed(name))
    }

    /// A time, stored as a number of microseconds.
    ///
    /// # Errors
    /// When it is missing or no time.
    pub fn time(&self, name: &'static str) -> Result<Timestamp, StoreError> {
        self.optional_number(name).and_then(Timestamp::from_micros).ok_or_else(|| self.malformed(name))
    }

    fn owner(&self) -> Result<Owner, StoreError> {
        Owner::decode(self.text(OWNER)?).ok_or_else(|| self.malformed(OWNER))
    }

    pub(super) fn head(&self) -> Result<Head, StoreError> {
        Ok(Head {
            owner: self.owner()?,
            latest: self.parsed(LATEST)?,
            versions: self.number(VERSIONS)?,
            serial: Serial(self.number(SERIAL)?),
        })
    }

    pub(super) fn state(&self) -> Result<VersionState, StoreError> {
        Ok(VersionState {
            document: self.text(DOCUMENT)?.to_owned(),
            meta: match self.optional_text(META) {
                Some(json) => serde_json::from_str(json).map_err(|_| self.malformed(META))?,
                None => Default::default(),
            },
            status: self.parsed(STATUS)?,
            status_message: self.optional_text(STATUS_MESSAGE).map(str::to_owned),
            published_at: self.time(PUBLISHED_AT)?,
            updated_at: self.time(UPDATED_AT)?,
            status_changed_at: self.time(STATUS_CHANGED_AT)?,
        })
    }

    pub(super) fn change(&self) -> Result<Change, StoreError> {
        Ok(Change {
            serial: Serial(self.parsed(SK)?),
            at: self.time(AT)?,
            name: self.parsed::<ServerName>(NAME)?,
            version: self.parsed::<ServerVersion>(VERSION)?,
            state: self.state()?,
            owner: self.owner()?,
            latest: self.parsed(LATEST)?,
        })
    }
}
