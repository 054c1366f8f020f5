//! What a registry said against a call.

use super::place::shortened;
use super::talk;
use crate::registry_client::Refused;

/// Talks of a refusal: one line of the whole, one of each fault, each with what to do about it.
pub(crate) fn talk_refusal(refused: &Refused) {
    talk(&format!("error: {refused}"));
    for fault in &refused.faults {
        let place = fault.location.strip_prefix("body.").unwrap_or(&fault.location);
        let value = fault.value.as_ref().map(shortened).filter(|value| value != "\"\"");
        let at = match (place, value) {
            ("", None) => String::new(),
            ("", Some(value)) => format!("{value}: "),
            (place, None) => format!("{place}: "),
            (place, Some(value)) => format!("{place} {value}: "),
        };
        let hint = fault.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
        talk(&format!("  {at}{}{hint}", fault.message));
    }
}
