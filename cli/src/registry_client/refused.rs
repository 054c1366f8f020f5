//! What a registry says when it refuses a call: problem+json.

use std::fmt;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, LOCATION, RETRY_AFTER};
use serde_json::Value;

use super::hints;

/// An error answer.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) status: StatusCode,
    pub(crate) detail: String,
    pub(crate) faults: Vec<Fault>,
    /// What to do about the whole.
    pub(crate) hint: Option<String>,
    /// The JSON as it came, where it is some.
    pub(crate) text: Option<String>,
}

/// One of the things that are wrong.
#[derive(Debug)]
pub(crate) struct Fault {
    /// Such as `body.packages[0].version`.
    pub(crate) location: String,
    pub(crate) value: Option<Value>,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Refused {
    pub(super) fn new(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let json: Option<Value> = serde_json::from_slice(body).ok();
        let text = json.as_ref().and_then(|_| String::from_utf8(body.to_vec()).ok());
        let json = json.unwrap_or_default();
        let detail = json.get("detail").and_then(Value::as_str).unwrap_or("no reason was given").to_owned();
        let faults: Vec<Fault> =
            json.get("errors").and_then(Value::as_array).into_iter().flatten().map(Fault::new).collect();
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let hint = hints::of_answer(status, &detail, header(RETRY_AFTER), header(LOCATION));
        Self { status, detail, faults, hint, text }
    }
}

impl Fault {
    fn new(json: &Value) -> Self {
        let text = |key| json.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (location, message) = (text("location"), text("message"));
        let hint = hints::of_fault(&location, &message);
        Self { location, value: json.get("value").cloned(), message, hint }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the registry answered {}: {}", self.status, self.detail)?;
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Refused {}
