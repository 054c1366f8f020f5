//! Somebody who logs in at `auth` and changes servers at `publish`, which knows of `auth` no more than its public keys.

use berth_tests::ANONYMOUS;
use serde_json::Value;

use crate::event::{Answer, Request};
use crate::fixture::{HttpFunction, Registry};

/// The block of `_meta` that the registry writes.
pub(crate) const OFFICIAL: &str = "io.modelcontextprotocol.registry/official";

/// A registry of one test, with a publisher who may change the servers of the anonymous namespace.
pub(crate) struct Publisher {
    pub(crate) registry: Registry,
    pub(crate) publish: HttpFunction,
    /// What `publish` checks tokens with.
    pub(crate) keys: String,
    pub(crate) token: String,
}

impl Publisher {
    pub(crate) async fn new() -> Self {
        let registry = Registry::empty().await;
        let auth = registry.auth(&[]).await;
        let keys = String::from_utf8(auth.get("/.well-known/jwks.json").await.body).unwrap();
        let token = token(&auth.send(&Request::new("POST", "/v0/auth/none")).await);
        let publish = registry.publish(&keys).await;
        Self { registry, publish, keys, token }
    }

    /// A request with the token, and a body of JSON.
    pub(crate) fn request(&self, method: &'static str, url: &str, body: &Value) -> Request {
        Request::new(method, url).bearer(&self.token).json(&body.to_string())
    }

    /// Publishes a document.
    pub(crate) async fn publish(&self, document: &Value) -> Answer {
        self.publish.send(&self.request("POST", "/v0/publish", document)).await
    }
}

/// The token of a login that is granted.
pub(crate) fn token(login: &Answer) -> String {
    assert_eq!((login.status, login.header("cache-control")), (200, "no-store"), "{login:?}");
    login.json()["registry_token"].as_str().unwrap().to_owned()
}

/// The smallest document of the version of a server that anybody may publish.
pub(crate) fn document(server: &str, version: &str) -> Value {
    berth_tests::document(&format!("{ANONYMOUS}/{server}"), version)
}

/// The path of the server below `/servers/`, its slash written in the ways that reach a function.
pub(crate) fn spellings(server: &str) -> [String; 4] {
    ["%2F", "%2f", "%252F", "/"].map(|slash| format!("{ANONYMOUS}{slash}{server}"))
}
