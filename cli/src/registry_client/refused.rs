//! What a registry says when it refuses a call: problem+json.

use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, LOCATION};
use serde_json::Value;

use super::hints;

/// The detail of an answer that has none.
pub(super) const NO_REASON: &str = "no reason was given";

/// An error answer.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) status: StatusCode,
    pub(crate) detail: String,
    pub(crate) faults: Vec<Fault>,
    /// What to do about the whole.
    pub(crate) hint: Option<String>,
    /// How long the registry asks to wait.
    pub(crate) retry_after: Option<Duration>,
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
    /// `secrets` are left out wherever the registry repeats what it was sent.
    pub(super) fn new(status: StatusCode, headers: &HeaderMap, body: &[u8], secrets: &[&str]) -> Self {
        let mut json: Option<Value> = serde_json::from_slice(body).ok();
        let has_secrets = json.as_mut().is_some_and(|json| hide(json, secrets));
        let text = match &json {
            Some(json) if has_secrets => Some(json.to_string()),
            Some(_) => String::from_utf8(body.to_vec()).ok(),
            None => None,
        };
        let json = json.unwrap_or_default();
        let detail = json.get("detail").and_then(Value::as_str).unwrap_or(NO_REASON).to_owned();
        let faults: Vec<Fault> =
            json.get("errors").and_then(Value::as_array).into_iter().flatten().map(Fault::new).collect();
        let location = headers.get(LOCATION).and_then(|value| value.to_str().ok());
        let location = location.filter(|location| !secrets.iter().any(|secret| location.contains(secret)));
        let retry_after = registry_fetch::retry_after(headers);
        let hint = hints::of_answer(status, &detail, retry_after, location);
        Self { status, detail, faults, hint, retry_after, text }
    }
}

/// Takes secrets out of all texts; whether there were any.
fn hide(json: &mut Value, secrets: &[&str]) -> bool {
    match json {
        Value::String(text) => {
            let mut is_changed = false;
            for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
                if text.contains(secret) {
                    *text = text.replace(secret, "(left out)");
                    is_changed = true;
                }
            }
            is_changed
        }
        Value::Array(items) => items.iter_mut().fold(false, |is_changed, item| hide(item, secrets) | is_changed),
        Value::Object(map) => {
            // A key that is a secret goes with its value.
            let before = map.len();
            map.retain(|key, _| !secrets.iter().any(|secret| !secret.is_empty() && key.contains(secret)));
            let is_shorter = map.len() < before;
            map.values_mut().fold(is_shorter, |is_changed, value| hide(value, secrets) | is_changed)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_in_confidence_is_not_repeated() {
        let body = br#"{"detail":"no ghp_1 here","errors":[{"message":"ghp_1ghp_1","location":"body.ghp_1",
            "value":{"github_token":"ghp_1","list":["xghp_1"],"ghp_1":1}}]}"#;
        let refused = Refused::new(StatusCode::UNAUTHORIZED, &HeaderMap::new(), body, &["", "ghp_1"]);
        assert!(!format!("{refused:?}").contains("ghp_1"), "{refused:?}");
        assert_eq!(refused.detail, "no (left out) here");
        let refused = Refused::new(StatusCode::UNAUTHORIZED, &HeaderMap::new(), body, &["", "other"]);
        assert_eq!(refused.text.as_deref().map(str::as_bytes), Some(&body[..]), "as it came");
    }
}
