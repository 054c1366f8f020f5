//! What came back.

use http::{HeaderMap, StatusCode};
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
        let asked = registry_fetch::retry_after(&self.headers);
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
