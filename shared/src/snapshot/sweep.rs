//! Deleting what no snapshot needs any more.

use std::collections::HashSet;

use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use super::bucket::Bucket;
use super::{Snapshot, SnapshotError, SnapshotReader};
use crate::limits;
use crate::store::error_chain;
use crate::time::Timestamp;

/// Where objects lie that a later snapshot may do without.
const SWEPT: [&str; 6] = ["blocks/", "changes/", "deltas/", "exports/", "index/", "search/"];

/// Deletes objects that the snapshot in force does not name and that are older than [`limits::SUPERSEDED_SECONDS`]: so long
/// may a reader, or a download, hold on to a snapshot that was superseded meanwhile. Returns their keys.
///
/// # Errors
/// When the bucket cannot be read or refuses; what was not deleted waits for the next sweep.
pub async fn sweep(reader: &SnapshotReader, bucket: &Bucket, now: Timestamp) -> Result<Vec<String>, SnapshotError> {
    let mut superseded = Vec::new();
    for prefix in SWEPT {
        superseded.extend(bucket.older_than(prefix, now.as_micros() / 1_000_000 - limits::SUPERSEDED_SECONDS).await?);
    }
    if superseded.is_empty() {
        return Ok(superseded);
    }
    // Read behind the list: what was written since then is young.
    let needed = reader.open().await?.keys();
    superseded.retain(|key| !needed.contains(key));
    bucket.delete(&superseded).await?;
    Ok(superseded)
}

impl Snapshot {
    /// Keys of all objects that the snapshot is made of, but for the pointer.
    #[must_use]
    pub fn keys(&self) -> HashSet<String> {
        let blocks = (0..self.index().blocks()).filter_map(|number| self.index().block(number));
        let mut keys: HashSet<String> = blocks.map(|block| super::block::key(&block.hash)).collect();
        keys.extend(self.pointer().keys());
        keys
    }
}

impl Bucket {
    /// Keys below `prefix` that were written before this time, in seconds since the epoch.
    async fn older_than(&self, prefix: &str, time: i64) -> Result<Vec<String>, SnapshotError> {
        let list = self.client().list_objects_v2().bucket(self.name()).prefix(prefix);
        let mut pages = list.into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failed("list", prefix, &error))?;
            let old = page.contents().iter().filter(|object| object.last_modified().is_some_and(|at| at.secs() < time));
            keys.extend(old.filter_map(|object| object.key().map(str::to_owned)));
        }
        Ok(keys)
    }

    async fn delete(&self, keys: &[String]) -> Result<(), SnapshotError> {
        for keys in keys.chunks(limits::DELETED_AT_ONCE) {
            let first = keys.first().map_or("", String::as_str);
            let objects = keys.iter().map(|key| ObjectIdentifier::builder().key(key).build());
            let objects = objects.collect::<Result<Vec<_>, _>>().map_err(|error| failed("delete", first, &error))?;
            let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build();
            let delete = delete.map_err(|error| failed("delete", first, &error))?;
            let answer = self.client().delete_objects().bucket(self.name()).delete(delete).send().await;
            let answer = answer.map_err(|error| failed("delete", first, &error))?;
            if let Some(refused) = answer.errors().first() {
                let (key, why) = (refused.key().unwrap_or(first), refused.message().unwrap_or("s3 refused"));
                return Err(SnapshotError::Call { operation: "delete", key: key.to_owned(), message: why.to_owned() });
            }
        }
        Ok(())
    }
}

fn failed(operation: &'static str, key: &str, error: &dyn std::error::Error) -> SnapshotError {
    SnapshotError::Call { operation, key: key.to_owned(), message: error_chain(error) }
}
