//! Who hears of requests.

use std::time::Duration;

use http::{HeaderValue, Method, StatusCode};

use crate::edge::RequestId;

/// What a request is counted by where its method is none of the API's: the methods of strangers are no closed set.
const OTHER: &str = "OTHER";

/// Every method that [`method_name`] gives.
pub const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", OTHER];

/// A request that was answered.
#[derive(Clone, Copy, Debug)]
pub struct Served<'a> {
    /// Its id.
    pub id: &'a RequestId,
    /// One of [`METHODS`].
    pub method: &'static str,
    /// As the client sent it; for logs, and nothing is counted by it.
    pub path: &'a str,
    /// The pattern of its route, or a word for what has none.
    pub route: &'a str,
    /// What it was answered with.
    pub status: StatusCode,
    /// From its beginning to its answer.
    pub took: Duration,
    /// The trace that it belongs to, as the client says (W3C trace context).
    pub traceparent: Option<&'a HeaderValue>,
}

/// Hears of each request when it is answered. It is called while the client waits: it must not block.
pub trait Recorder: Send + Sync {
    /// A request was answered.
    fn record(&self, served: &Served<'_>);
}

/// A line of the log for each request.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogLine;

impl Recorder for LogLine {
    fn record(&self, served: &Served<'_>) {
        tracing::info!(
            request_id = served.id.as_str(),
            method = served.method,
            path = served.path,
            route = served.route,
            status = served.status.as_u16(),
            duration_us = served.duration_us(),
            "request"
        );
    }
}

impl Served<'_> {
    pub(super) fn duration_us(&self) -> u64 {
        u64::try_from(self.took.as_micros()).unwrap_or(u64::MAX)
    }
}

/// The name of a method, or `OTHER`.
#[must_use]
pub fn method_name(method: &Method) -> &'static str {
    METHODS.into_iter().find(|name| *name == method.as_str()).unwrap_or(OTHER)
}
