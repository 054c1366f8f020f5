//! What came back.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode};
use reqwest::header::RETRY_AFTER;
use serde::de::DeserializeOwned;

use crate::error::{Again, Refusal, brief};

/// The answer to a request.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn is_ok(&self) -> bool {
        self.status == StatusCode::OK
    }

    /// Whether the server was busy or out of order.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(self.status.as_u16(), 408 | 425 | 429 | 500..=599)
    }

    /// A refusal that can be tried again if the status says so, and after the time that the server asked for.
    pub(crate) fn refusal(&self, reason: impl Into<String>) -> Refusal {
        let asked = self.headers.get(RETRY_AFTER).and_then(|value| wait(value.to_str().ok()?));
        let again = match asked {
            _ if !self.is_transient() => Again::Never,
            Some(asked) => Again::After(asked),
            None => Again::Soon,
        };
        Refusal { reason: reason.into(), again }
    }

    /// The body as JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self, what: &str) -> Result<T, Refusal> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Refusal::last(format!("{what}: {}", brief(&error.to_string()))))
    }
}

/// `Retry-After`: seconds, or a time.
fn wait(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until: SystemTime = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?.into();
    Some(until.duration_since(SystemTime::now()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_a_number_or_a_time() {
        assert_eq!(wait("7"), Some(Duration::from_secs(7)));
        assert_eq!(wait("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert_eq!(wait("-1"), None);
        assert_eq!(wait("soon"), None);
    }
}
