//! Arguments of command lines.

use registry::model::Argument;

use crate::issue::{Findings, Place};

pub(super) fn check(place: &Place<'_>, argument: &Argument, findings: &mut Findings) {
    if argument.kind != "named" {
        return;
    }
    let name = argument.name.as_deref().unwrap_or("");
    if name.is_empty() {
        let message = "named argument name is required";
        findings.refuse(place.field("name"), "named-argument-name-required", message);
    } else if name.contains(['<', '>', ' ', '$']) {
        let message = format!("invalid named argument name format: {name}");
        findings.refuse(place.field("name"), "invalid-named-argument-name", message);
    }
    // A missing name is the beginning of every text; the official registry reports that, too.
    if let Some(value) = argument.input.value.as_deref().filter(|value| value.starts_with(name)) {
        let message = format!(
            "argument value cannot start with the argument name: value starts with argument name '{name}': {value}"
        );
        findings.refuse(place.field("value"), "argument-value-starts-with-name", message);
    }
    if let Some(default) = argument.input.default.as_deref().filter(|default| default.starts_with(name)) {
        let message = format!(
            "argument default cannot start with the argument name: default starts with argument name '{name}': {default}"
        );
        findings.refuse(place.field("default"), "argument-default-starts-with-name", message);
    }
}
