//! A registry: embedded stores on a port, and functions that use them.

use std::path::PathBuf;

use berth_local::Stores;
use berth_local::embedded::Loopback;
use berth_tests::runtime_api::Function;
use serde_json::{Value, json};

use crate::binaries::binary;
use crate::event::{Answer, Request, schedule};

/// A registry of one test.
pub(crate) struct Registry {
    pub(crate) directory: tempfile::TempDir,
    loopback: Loopback,
}

/// A read function that runs.
pub(crate) struct Reader(pub(crate) Function);

impl Registry {
    /// An empty one.
    pub(crate) async fn empty() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let stores = Stores::embedded(&directory.path().join("data")).await.unwrap();
        let loopback = stores.as_embedded().unwrap().listen().await.unwrap();
        Self { directory, loopback }
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
        let mut all =
            vec![("BERTH_TABLE", "berth"), ("BERTH_BUCKET", "berth"), ("AWS_ENDPOINT_URL", endpoint.as_str())];
        all.extend_from_slice(variables);
        Function::start(binary(function), &all).await.unwrap()
    }

    /// Starts `list_servers` or `get_server`.
    pub(crate) async fn reader(&self, function: &str) -> Reader {
        Reader(self.start(function, &[]).await)
    }
}

impl Reader {
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
