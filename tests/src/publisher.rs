//! Somebody who publishes.

use registry::identity::Identity;
use registry::time::Timestamp;
use registry_auth::{Action, AuthMethod, Issuer, Lifetime, Login, Pattern, Permission, SigningKeys};
use serde_json::{Value, json};

use crate::{Answer, Client};

/// The current schema.
pub const SCHEMA: &str = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json";
/// The namespace of those who log in without a proof.
pub const ANONYMOUS: &str = "io.modelcontextprotocol.anonymous";

/// A token and the process that it is shown to.
#[derive(Clone)]
pub struct Publisher {
    /// The process.
    pub client: Client,
    /// The token.
    pub token: String,
}

/// The keys of every registry of the tests.
#[must_use]
pub fn signing_keys() -> SigningKeys {
    "b7".repeat(32).parse().expect("a seed")
}

/// A token of such a registry.
#[must_use]
pub fn token(sub: &str, permissions: &[(Action, &str)]) -> String {
    let permission =
        |(action, resource): &(Action, &str)| Permission { action: *action, resource: Pattern::new(*resource) };
    let issuer = Issuer::new(signing_keys(), Lifetime::default());
    let permissions = permissions.iter().map(permission).collect();
    let login = Login {
        method: AuthMethod::Dns,
        subject: sub.to_owned(),
        identity: Some(Identity::domain(sub)),
        owns: Vec::new(),
        permissions,
    };
    issuer.issue(login, Timestamp::now()).expect("a token").token.registry_token
}

/// The smallest document that can be published.
#[must_use]
pub fn document(name: &str, version: &str) -> Value {
    json!({"$schema": SCHEMA, "name": name, "description": "d", "version": version})
}

/// The document with remote URLs.
#[must_use]
pub fn with_remotes(mut document: Value, urls: &[&str]) -> Value {
    document["remotes"] = urls.iter().map(|url| json!({"type": "streamable-http", "url": url})).collect();
    document
}

/// The path of a version, with another segment behind it if there is one.
#[must_use]
pub fn version_path(name: &str, version: &str, rest: &str) -> String {
    format!("/v0.1/servers/{}/versions/{version}{rest}", name.replace('/', "%2F"))
}

impl Publisher {
    /// Somebody with these permissions.
    #[must_use]
    pub fn new(client: Client, permissions: &[(Action, &str)]) -> Self {
        Self { client, token: token("example.com", permissions) }
    }

    /// Somebody who may do everything.
    #[must_use]
    pub fn of_all(client: Client) -> Self {
        Self::new(client, &[(Action::Publish, "*"), (Action::Edit, "*")])
    }

    /// The same at an address.
    #[must_use]
    pub fn at(&self, address: &str) -> Self {
        Self { client: self.client.at(address), token: self.token.clone() }
    }

    /// Any request with the token, and a body of JSON.
    pub async fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        self.client.send_body(method, path, &headers, body.to_string()).await
    }

    /// Publishes a document.
    pub async fn publish(&self, document: &Value) -> Answer {
        self.send("POST", "/v0.1/publish", document).await
    }

    /// Publishes the smallest document of a version.
    pub async fn publish_version(&self, name: &str, version: &str) -> Answer {
        self.publish(&document(name, version)).await
    }

    /// Replaces the document of a version.
    pub async fn edit(&self, name: &str, version: &str, document: &Value) -> Answer {
        self.send("PUT", &version_path(name, version, ""), document).await
    }

    /// Sets the status of a version.
    pub async fn set_status(&self, name: &str, version: &str, body: Value) -> Answer {
        self.send("PATCH", &version_path(name, version, "/status"), &body).await
    }

    /// Sets the status of all versions.
    pub async fn set_all(&self, name: &str, body: Value) -> Answer {
        self.send("PATCH", &format!("/v0.1/servers/{}/status", name.replace('/', "%2F")), &body).await
    }

    /// Deletes a version.
    pub async fn delete(&self, name: &str, version: &str) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        self.client.send("DELETE", &version_path(name, version, ""), &[("authorization", &bearer)]).await
    }

    /// The version that carries the latest flag.
    pub async fn latest(&self, name: &str) -> Option<String> {
        let answer = self.client.get(&version_path(name, "latest", "")).await;
        (answer.status == 200).then(|| answer.json()["server"]["version"].as_str().expect("a version").to_owned())
    }
}
