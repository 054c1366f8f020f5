//! A registry: embedded stores on a port, and functions that use them.

use std::collections::HashMap;
use std::path::PathBuf;

use aws_sdk_dynamodb::types::AttributeValue;
use berth_local::Stores;
use berth_local::embedded::{CREDENTIAL, Loopback};
use berth_tests::runtime_api::Function;
use registry::aws::Aws;
use serde_json::{Value, json};

use crate::binaries::binary;
use crate::event::{Answer, Request, schedule};

/// A registry of one test.
pub(crate) struct Registry {
    pub(crate) directory: tempfile::TempDir,
    loopback: Loopback,
    table: aws_sdk_dynamodb::Client,
}

/// A function behind API Gateway that runs.
pub(crate) struct HttpFunction(pub(crate) Function);

/// The seed of the key that signs tokens.
pub(crate) const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
/// Another one.
pub(crate) const OTHER_SEED: &str = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
/// The functions that read snapshots. The others have no business with the bucket.
const WITH_BUCKET: [&str; 4] = ["list_servers", "get_server", "search", "sync"];

impl Registry {
    /// An empty one.
    pub(crate) async fn empty() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let stores = Stores::embedded(&directory.path().join("data")).await.unwrap();
        let embedded = stores.as_embedded().unwrap();
        let table = Aws::embedded(embedded.http_client(), CREDENTIAL).dynamodb();
        let loopback = embedded.listen().await.unwrap();
        Self { directory, loopback, table }
    }

    /// One that holds `documents`, imported by a schedule event.
    pub(crate) async fn with(documents: &[Value]) -> Self {
        let registry = Self::empty().await;
        let source = format!("sample={}", registry.file("catalogue.json", &json!(documents).to_string()).display());
        let sync = registry.start("sync", &[("BERTH_SOURCES", &source)]).await;
        let report = sync.invoke(&schedule()).await.unwrap();
        assert_eq!(report["sources"][0]["imported"], documents.len(), "{report}");
        registry
    }

    /// Writes a file beside the stores.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Starts a function on these stores.
    pub(crate) async fn start(&self, function: &str, variables: &[(&str, &str)]) -> Function {
        let endpoint = self.loopback.endpoint();
        let mut all = vec![("BERTH_TABLE", "berth"), ("AWS_ENDPOINT_URL", endpoint.as_str())];
        if WITH_BUCKET.contains(&function) {
            all.push(("BERTH_BUCKET", "berth"));
        }
        all.extend_from_slice(variables);
        Function::start(binary(function), &all).await.unwrap()
    }

    /// Starts `list_servers`, `get_server` or `search`.
    pub(crate) async fn reader(&self, function: &str) -> HttpFunction {
        HttpFunction(self.start(function, &[]).await)
    }

    /// Starts `auth` with [`SEED`], where anybody may log in.
    pub(crate) async fn auth(&self, variables: &[(&str, &str)]) -> HttpFunction {
        let mut all = vec![("BERTH_TOKEN_KEYS", SEED), ("BERTH_ANONYMOUS_LOGIN", "true")];
        all.extend_from_slice(variables);
        HttpFunction(self.start("auth", &all).await)
    }

    /// Starts `publish` with public keys alone; it asks no package registry.
    pub(crate) async fn publish(&self, keys: &str) -> HttpFunction {
        let variables = [("BERTH_TOKEN_PUBLIC_KEYS", keys), ("BERTH_PACKAGE_OWNERSHIP", "false")];
        HttpFunction(self.start("publish", &variables).await)
    }

    /// The sort keys of all items of the table, each behind its partition; but for the audit trail and what limits count,
    /// which requests that are refused write too.
    pub(crate) async fn items(&self) -> Vec<(String, String)> {
        let scanned = self.table.scan().table_name("berth").consistent_read(true).send().await.unwrap();
        assert!(scanned.last_evaluated_key().is_none(), "more than one page");
        let key = |item: &HashMap<String, AttributeValue>, name: &str| item[name].as_s().unwrap().clone();
        let items = scanned.items().iter().map(|item| (key(item, "pk"), key(item, "sk")));
        items.filter(|(pk, _)| !["AUDIT", "COUNT"].iter().any(|kind| pk.starts_with(kind))).collect()
    }
}

impl HttpFunction {
    /// Sends a request; what the client sees.
    pub(crate) async fn send(&self, request: &Request) -> Answer {
        let answer = self.0.invoke(&request.event()).await;
        Answer::of(&answer.unwrap_or_else(|error| panic!("{request:?}: {error:#}")))
    }

    /// Sends a GET.
    pub(crate) async fn get(&self, url: &str) -> Answer {
        self.send(&Request::get(url)).await
    }
}

/// A small document.
pub(crate) fn document(name: &str, version: &str) -> Value {
    json!({"name": name, "version": version, "description": format!("The server {name}")})
}
