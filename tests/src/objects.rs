//! The bucket, seen past the product code.

use std::collections::BTreeMap;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;

/// The objects of one bucket.
pub struct Objects {
    client: Client,
    bucket: String,
}

impl Objects {
    pub(crate) fn new(client: Client, bucket: &str) -> Self {
        Self { client, bucket: bucket.to_owned() }
    }

    /// All keys, in order.
    pub async fn keys(&self) -> Vec<String> {
        let mut pages = self.client.list_objects_v2().bucket(&self.bucket).into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            keys.extend(
                page.expect("a page of objects").contents.unwrap_or_default().into_iter().filter_map(|o| o.key),
            );
        }
        keys.sort();
        keys
    }

    /// One object.
    pub async fn get(&self, key: &str) -> Bytes {
        let answer = self.client.get_object().bucket(&self.bucket).key(key).send().await;
        let answer = answer.unwrap_or_else(|error| panic!("{key}: {error:?}"));
        answer.body.collect().await.expect("a whole object").into_bytes()
    }

    /// All objects.
    pub async fn all(&self) -> BTreeMap<String, Bytes> {
        let mut objects = BTreeMap::new();
        for key in self.keys().await {
            let bytes = self.get(&key).await;
            objects.insert(key, bytes);
        }
        objects
    }

    /// Puts an object in its place, whatever was there.
    pub async fn put(&self, key: &str, bytes: impl Into<Bytes>) {
        let body = ByteStream::from(bytes.into());
        self.client.put_object().bucket(&self.bucket).key(key).body(body).send().await.expect("a put");
    }

    /// Takes an object away.
    pub async fn delete(&self, key: &str) {
        self.client.delete_object().bucket(&self.bucket).key(key).send().await.expect("a delete");
    }
}
