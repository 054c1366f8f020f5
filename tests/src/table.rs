//! The table, seen past the product code.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;

/// The items of one table.
pub struct Table {
    client: Client,
    table: String,
}

/// An item: its attributes.
pub type Item = HashMap<String, AttributeValue>;

impl Table {
    pub(crate) fn new(client: Client, table: &str) -> Self {
        Self { client, table: table.to_owned() }
    }

    /// All items by partition and sort key.
    pub async fn all(&self) -> BTreeMap<(String, String), Item> {
        let mut items = BTreeMap::new();
        let mut pages =
            self.client.scan().table_name(&self.table).consistent_read(true).into_paginator().items().send();
        while let Some(item) = pages.next().await {
            let item = item.expect("an item");
            let key = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).expect("a key").clone();
            items.insert((key("pk"), key("sk")), item);
        }
        items
    }

    /// The keys of all items whose partition begins with `prefix`.
    pub async fn keys(&self, prefix: &str) -> Vec<(String, String)> {
        self.all().await.into_keys().filter(|(pk, _)| pk.starts_with(prefix)).collect()
    }

    /// Takes an item away.
    pub async fn delete(&self, (pk, sk): &(String, String)) {
        let delete = self.client.delete_item().table_name(&self.table);
        let key = |text: &str| AttributeValue::S(text.to_owned());
        delete.key("pk", key(pk)).key("sk", key(sk)).send().await.expect("a delete");
    }

    /// Moves all times of a version, as if it had been published earlier or later.
    pub async fn shift_times(&self, name: &str, version: &str, micros: i64) {
        let key = (format!("SERVER#{name}"), format!("V#{version}"));
        let mut item = self.all().await.remove(&key).expect("the version");
        for time in ["published_at", "updated_at", "status_changed_at"] {
            let moved: i64 = item[time].as_n().expect("a number").parse::<i64>().expect("a time") + micros;
            item.insert(time.to_owned(), AttributeValue::N(moved.to_string()));
        }
        self.client.put_item().table_name(&self.table).set_item(Some(item)).send().await.expect("a put");
    }
}
