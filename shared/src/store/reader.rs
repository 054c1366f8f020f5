//! Reading the table. A function that only reads gets this type and no other.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::KeysAndAttributes;

use super::attributes::{self, Attributes, Item, text};
use super::keys::{self, Key, PK, SK};
use super::{AuditLog, Change, Head, Serial, ServerState, StoreError};
use crate::model::{ServerName, ServerVersion, VersionState};
use crate::time::Timestamp;

/// Most keys of one `BatchGetItem` call (DynamoDB).
const BATCH_GET_KEYS: usize = 100;

/// Read access to the table.
#[derive(Clone, Debug)]
pub struct Reader {
    pub(super) client: Client,
    pub(super) table: String,
}

/// The one item that every request reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counter {
    /// The serial of the last committed change.
    pub serial: Serial,
    /// The serial of the newest published snapshot that the table was told of. A hint, to know when to look for one.
    pub snapshot: Serial,
    /// How often a snapshot was published again at the same serial, with other exports. A hint like the other.
    pub again: u64,
}

/// The state of the whole registry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FullState {
    /// Its serial.
    pub serial: Serial,
    /// When the change with this serial was committed; `None` for the empty registry.
    pub time: Option<Timestamp>,
    /// All servers.
    pub servers: BTreeMap<ServerName, ServerState>,
}

impl Reader {
    /// A reader of `table`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// The audit trail of the same table; records are kept for `days`.
    #[must_use]
    pub fn trail(&self, days: u32) -> AuditLog {
        AuditLog::new(self.client.clone(), self.table.as_str(), days)
    }

    /// The counter, read consistently: every change that was acknowledged before the call is counted.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn counter(&self) -> Result<Counter, StoreError> {
        let operation = "read the serial";
        let Some(item) = self.get(operation, &keys::counter()).await? else { return Ok(Counter::default()) };
        let attributes = Attributes { operation, item: &item };
        Ok(Counter {
            serial: Serial(attributes.optional_number(attributes::SERIAL).unwrap_or_default()),
            snapshot: Serial(attributes.optional_number(attributes::SNAPSHOT).unwrap_or_default()),
            again: attributes.optional_number(attributes::AGAIN).unwrap_or_default(),
        })
    }

    /// The changes `after+1..=upto`, oldest first. `upto` must have been committed.
    ///
    /// # Errors
    /// [`StoreError::Gap`] when one is missing.
    pub async fn changes(&self, after: Serial, upto: Serial) -> Result<Vec<Change>, StoreError> {
        let mut changes = Vec::new();
        self.each_change(after, upto, |change| {
            changes.push(change);
            ControlFlow::Continue(())
        })
        .await?;
        Ok(changes)
    }

    /// Shows `visit` the changes `after+1..=upto`, oldest first, until it breaks. `upto` must have been committed. A page of
    /// the table is held at a time.
    ///
    /// # Errors
    /// [`StoreError::Gap`] when one is missing.
    pub async fn each_change(
        &self,
        after: Serial,
        upto: Serial,
        mut visit: impl FnMut(Change) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let operation = "read changes";
        let mut next = after.plus(1);
        while next <= upto {
            let last = keys::last_of_partition(next).min(upto);
            let mut pages = self
                .client
                .query()
                .table_name(&self.table)
                .consistent_read(true)
                .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
                .expression_attribute_values(":pk", text(keys::change_partition(next)))
                .expression_attribute_values(":from", text(keys::change_sort(next)))
                .expression_attribute_values(":to", text(keys::change_sort(last)))
                .into_paginator()
                .items()
                .send();
            while let Some(item) = pages.next().await {
                let item = item.map_err(|error| StoreError::call(operation, error))?;
                let change = Attributes { operation, item: &item }.change()?;
                if change.serial != next {
                    return Err(StoreError::Gap { expected: next.0, found: change.serial.0 });
                }
                if visit(change).is_break() {
                    return Ok(());
                }
                next = next.plus(1);
            }
            if next <= last {
                return Err(StoreError::Gap { expected: next.0, found: upto.0 });
            }
        }
        Ok(())
    }

    /// One server with all its versions, read consistently.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn server(&self, name: &ServerName) -> Result<Option<ServerState>, StoreError> {
        let operation = "read a server";
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(keys::server(name)))
            .into_paginator()
            .items()
            .send();
        let (mut head, mut versions) = (None, BTreeMap::new());
        while let Some(item) = pages.next().await {
            let item = item.map_err(|error| StoreError::call(operation, error))?;
            match ServerItem::read(operation, &item)? {
                ServerItem::Head(found) => head = Some(found),
                ServerItem::Version(version, state) => {
                    versions.insert(version, state);
                }
            }
        }
        Ok(head.map(|Head { owner, latest, serial, .. }| ServerState { owner, latest, serial, versions }))
    }

    /// Every head and version of the table, in no order; what is written meanwhile may be seen or not.
    ///
    /// # Errors
    /// When the table cannot be read, or when `visit` fails.
    pub async fn scan<E: From<StoreError>>(
        &self,
        mut visit: impl FnMut(ServerName, ServerItem) -> Result<(), E>,
    ) -> Result<(), E> {
        let operation = "scan the table";
        let mut pages = self
            .client
            .scan()
            .table_name(&self.table)
            .consistent_read(true)
            .filter_expression("begins_with(pk, :servers)")
            .expression_attribute_values(":servers", text(keys::SERVER_PREFIX))
            .into_paginator()
            .items()
            .send();
        while let Some(item) = pages.next().await {
            let item = item.map_err(|error| StoreError::call(operation, error))?;
            let attributes = Attributes { operation, item: &item };
            let name = attributes.text(PK)?.strip_prefix(keys::SERVER_PREFIX).unwrap_or_default();
            let name: ServerName = name.parse().map_err(|_| attributes.malformed(PK))?;
            visit(name, ServerItem::read(operation, &item)?)?;
        }
        Ok(())
    }

    /// The whole state, exact at the serial that is returned with it, and when that serial was committed.
    ///
    /// A scan sees some of the changes that are made while it runs and not others. Each change record has the whole
    /// state of its version, so applying all changes of that time makes the result exact.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn full_state(&self) -> Result<FullState, StoreError> {
        let before = self.counter().await?.serial;
        let mut heads = BTreeMap::new();
        let mut versions: BTreeMap<ServerName, BTreeMap<ServerVersion, VersionState>> = BTreeMap::new();
        self.scan(|name, item| {
            match item {
                ServerItem::Head(head) => {
                    heads.insert(name, head);
                }
                ServerItem::Version(version, state) => {
                    versions.entry(name).or_default().insert(version, state);
                }
            }
            Ok::<_, StoreError>(())
        })
        .await?;
        let serial = self.counter().await?.serial;
        // The last change is read in any case, for its time.
        let changes = self.changes(Serial(before.0.min(serial.0.saturating_sub(1))), serial).await?;
        let time = changes.last().map(|change| change.at);
        let mut servers: BTreeMap<ServerName, Option<ServerState>> = BTreeMap::new();
        for (name, versions) in versions {
            // A version without a head was created during the scan: its change follows.
            let state = heads.remove(&name).map(|Head { owner, latest, serial, .. }| ServerState {
                owner,
                latest,
                serial,
                versions,
            });
            servers.insert(name, state);
        }
        for change in changes {
            ServerState::apply(servers.entry(change.name.clone()).or_default(), change);
        }
        let servers = servers.into_iter().filter_map(|(name, state)| Some((name, state?))).collect();
        Ok(FullState { serial, time, servers })
    }

    /// Which server holds each of `urls`; URLs that nobody holds are absent.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn remote_holders(&self, urls: &[String]) -> Result<HashMap<String, String>, StoreError> {
        let operation = "read remote url claims";
        let keys = urls.iter().map(|url| keys::remote(url)).collect();
        let items = self.batch_get(operation, keys).await?;
        remote_holders(operation, &items, urls)
    }

    /// The items of `keys` that exist, in no order, each read consistently.
    pub(super) async fn batch_get(
        &self,
        operation: &'static str,
        keys: BTreeSet<Key>,
    ) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::with_capacity(keys.len());
        let mut pending: Vec<Item> = Vec::new();
        // Collected: an iterator that borrows would make the future less than `Send`.
        let mut rest = keys.iter().map(attributes::key_item).collect::<Vec<_>>().into_iter();
        loop {
            pending.extend(rest.by_ref().take(BATCH_GET_KEYS.saturating_sub(pending.len())));
            if pending.is_empty() {
                return Ok(items);
            }
            let request = KeysAndAttributes::builder().set_keys(Some(std::mem::take(&mut pending)));
            let request = request
                .consistent_read(true)
                .build()
                .map_err(|error| StoreError::Call { operation, message: error.to_string() })?;
            let answer = self.client.batch_get_item().request_items(&self.table, request).send().await;
            let answer = answer.map_err(|error| StoreError::call(operation, error))?;
            items.extend(answer.responses.unwrap_or_default().remove(&self.table).unwrap_or_default());
            let unprocessed = answer.unprocessed_keys.unwrap_or_default().remove(&self.table);
            pending = unprocessed.map(|keys| keys.keys).unwrap_or_default();
            if !pending.is_empty() {
                super::writer::pause(0).await;
            }
        }
    }

    /// What `sync` remembers of a source, as it wrote it; `None` for a source that was never imported.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn source_status(&self, name: &str) -> Result<Option<String>, StoreError> {
        let operation = "read the status of a source";
        let item = self.get(operation, &keys::source(name)).await?;
        Ok(item.and_then(|item| {
            Attributes { operation, item: &item }.optional_text(attributes::STATUS).map(str::to_owned)
        }))
    }

    pub(super) async fn get(&self, operation: &'static str, key: &Key) -> Result<Option<Item>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .consistent_read(true)
            .set_key(Some(attributes::key_item(key)))
            .send()
            .await
            .map_err(|error| StoreError::call(operation, error))?;
        Ok(answer.item)
    }
}

/// Which server holds each of `urls`, by those of `items` that are claims.
pub(super) fn remote_holders(
    operation: &'static str,
    items: &[Item],
    urls: &[String],
) -> Result<HashMap<String, String>, StoreError> {
    let by_key: BTreeMap<String, &String> = urls.iter().map(|url| (keys::remote(url).pk, url)).collect();
    let mut holders = HashMap::new();
    for item in items {
        let attributes = Attributes { operation, item };
        let Some(url) = by_key.get(attributes.text(PK)?) else { continue };
        if attributes.number::<i64>(attributes::VERSIONS)? > 0 {
            holders.insert((*url).clone(), attributes.text(attributes::SERVER)?.to_owned());
        }
    }
    Ok(holders)
}

/// One item of a server's partition.
#[derive(Clone, Debug)]
pub enum ServerItem {
    /// The head.
    Head(Head),
    /// One version.
    Version(ServerVersion, VersionState),
}

impl ServerItem {
    fn read(operation: &'static str, item: &Item) -> Result<Self, StoreError> {
        let attributes = Attributes { operation, item };
        match attributes.text(SK)?.strip_prefix(keys::VERSION_PREFIX) {
            Some(version) => {
                let version = version.parse().map_err(|_| attributes.malformed(SK))?;
                Ok(Self::Version(version, attributes.state()?))
            }
            None => Ok(Self::Head(attributes.head()?)),
        }
    }
}
