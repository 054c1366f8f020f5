//! Spans of requests, sent to an OpenTelemetry collector over HTTP.
//!
//! A crate of its own, so that nothing of it is in a build that does not ask for it (feature `otel` of `registry-lambda` and
//! of `berth`). The SDK makes the spans and writes OTLP; its own processors send from a thread or block one, which neither the
//! one thread of a Lambda function nor its freezing allows, so ended spans wait in `Ended` until somebody sends them.

mod ended;
mod http_client;
mod spans;

pub use spans::{Spans, SpansError};
