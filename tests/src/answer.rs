//! Requests to all routes in process, without a socket.

use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full};
use registry::edge::{ClientAddress, Edge};
use serde_json::Value;
use tower::ServiceExt;

/// A client of one process.
#[derive(Clone)]
pub struct Client {
    edge: Edge,
    address: Option<ClientAddress>,
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body as it was sent: compressed, if the client asked for it.
    pub body: Bytes,
}

impl Client {
    /// A client of what answers behind `edge`.
    #[must_use]
    pub fn new(edge: Edge) -> Self {
        Self { edge, address: None }
    }

    /// The same client at an address.
    #[must_use]
    pub fn at(&self, address: &str) -> Self {
        let address = Some(ClientAddress(address.parse().expect("an address")));
        Self { edge: self.edge.clone(), address }
    }

    /// GET of a path with its query.
    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[]).await
    }

    /// Any request without a body.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send_body(method, path, headers, Bytes::new()).await
    }

    /// Any request.
    pub async fn send_body(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Full::new(body.into())).expect("a request");
        if let Some(address) = self.address {
            request.extensions_mut().insert(address);
        }
        let Ok(response) = self.edge.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }
}

impl Answer {
    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    /// The first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        Some(self.headers.get(name)?.to_str().expect("a header in ASCII"))
    }

    /// The body of a success, as JSON.
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text());
        self.json()
    }

    /// Status and `detail` of an error.
    #[must_use]
    pub fn problem(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        (self.status, self.json()["detail"].as_str().expect("a detail").to_owned())
    }

    /// Status, `detail`, and the messages of `errors`, each with its location if it has one.
    #[must_use]
    pub fn errors(&self) -> (u16, String, Vec<String>) {
        let (status, detail) = self.problem();
        let list = self.json()["errors"].as_array().cloned().unwrap_or_default();
        let line = |error: &Value| match error["location"].as_str() {
            Some(location) => format!("{location}: {}", error["message"].as_str().unwrap_or_default()),
            None => error["message"].as_str().unwrap_or_default().to_owned(),
        };
        (status, detail, list.iter().map(line).collect())
    }
}
