//! Which part of a package is missing.

use http::{Method, StatusCode};
use url::Url;

use crate::base::Base;
use crate::exchange::{Call, Exchange};
use crate::limits;

/// Whether something is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existence {
    /// It is.
    Exists,
    /// It is not.
    Missing,
    /// The registry was busy, out of order or not there.
    Unsure,
    /// The registry gave an answer that says neither.
    Unclear,
}

/// Asks for the status of a URL.
pub(crate) async fn probe(exchange: &Exchange, base: &Base, method: Method, url: Url) -> Existence {
    let call = Call { timeout: Some(limits::PROBE_TIMEOUT), ..Call::status(method, url, "application/json") };
    match exchange.send(&call, base).await {
        Ok(answer) if answer.is_ok() => Existence::Exists,
        Ok(answer) if answer.status == StatusCode::NOT_FOUND => Existence::Missing,
        Ok(answer) if answer.is_transient() => Existence::Unsure,
        Ok(_) => Existence::Unclear,
        Err(_) => Existence::Unsure,
    }
}
