//! The deployed registry, as a client sees it: through API Gateway.

use std::sync::Arc;
use std::time::Duration;

use berth_tests::{ANONYMOUS, document};
use registry_fetch::{Options, Reach, SystemLookup};
use reqwest::{Client, Method};
use serde_json::{Value, json};

pub(crate) struct Registry {
    url: String,
    client: Client,
    token: String,
}

/// Status and body of an answer.
pub(crate) type Answer = (u16, Value);

impl Registry {
    /// Logs in at the registry at `url`.
    pub(crate) async fn at(url: &str) -> Self {
        let mut registry = Self { url: url.to_owned(), client: client(), token: String::new() };
        let (status, login) = registry.send(Method::POST, "/v0.1/auth/none", Some(&json!({}))).await;
        assert_eq!(status, 200, "{login}");
        registry.token = login["registry_token"].as_str().unwrap().to_owned();
        registry
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// Publishes a version of a server of the anonymous namespace.
    pub(crate) async fn publish(&self, server: &str, version: &str) {
        let document = document(&format!("{ANONYMOUS}/{server}"), version);
        let (status, answer) = self.send(Method::POST, "/v0.1/publish", Some(&document)).await;
        assert_eq!(status, 200, "{answer}");
    }

    /// Names of servers that a search finds.
    pub(crate) async fn search(&self, text: &str) -> Vec<String> {
        let (status, list) = self.get(&format!("/v0.1/servers?search={text}")).await;
        assert_eq!(status, 200, "{list}");
        let servers = list["servers"].as_array().unwrap().iter();
        servers.map(|entry| entry["server"]["name"].as_str().unwrap().to_owned()).collect()
    }
}

pub(crate) fn client() -> Client {
    let patience = Duration::from_secs(40);
    registry_fetch::client(Options {
        reach: Reach::Test { lookup: Arc::new(SystemLookup), allow_private: true },
        user_agent: "berth-tests",
        accept: "application/json",
        connect_timeout: patience,
        read_timeout: patience,
        timeout: patience,
        roots: Vec::new(),
    })
    .unwrap()
}
