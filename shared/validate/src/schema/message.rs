//! What the official registry's validator says where ours fails.

use std::fmt::Write;

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::Value;

use crate::quote::single;

/// The errors below an error that only says that something below it failed.
pub(super) fn branches(kind: &ValidationErrorKind) -> Option<&[Vec<ValidationError<'static>>]> {
    match kind {
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => Some(context),
        _ => None,
    }
}

/// The field that is missing, in quotes.
pub(super) fn missing(kind: &ValidationErrorKind) -> Option<String> {
    match kind {
        ValidationErrorKind::Required { property } => Some(single(text(property)).to_string()),
        _ => None,
    }
}

pub(super) fn message(error: &ValidationError<'_>) -> String {
    let instance = error.instance().as_ref();
    match error.kind() {
        ValidationErrorKind::Required { property } => format!("missing required fields: {}", single(text(property))),
        ValidationErrorKind::Enum { options } => match options.as_array().map(Vec::as_slice) {
            Some([only]) => format!("value must be {only}"),
            _ => format!("value must be one of {}", list(options)),
        },
        ValidationErrorKind::Constant { expected_value } => format!("value must be {expected_value}"),
        ValidationErrorKind::Pattern { pattern } => format!("does not match pattern {}", single(pattern)),
        ValidationErrorKind::Format { format } => {
            format!("{} has invalid format {}", single(text(instance)), single(format))
        }
        ValidationErrorKind::Not { .. } => "not failed".to_owned(),
        ValidationErrorKind::MinLength { limit } => {
            format!("length must be >= {limit}, but got {}", text(instance).chars().count())
        }
        ValidationErrorKind::MaxLength { limit } => {
            format!("length must be <= {limit}, but got {}", text(instance).chars().count())
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let mut message = "additionalProperties ".to_owned();
            for (index, key) in unexpected.iter().enumerate() {
                // Writing to a String does not fail.
                let _ = write!(message, "{}{}", if index == 0 { "" } else { ", " }, single(key));
            }
            message.push_str(" not allowed");
            message
        }
        ValidationErrorKind::Type { kind: TypeKind::Single(expected) } => {
            format!("expected {expected}, but got {}", type_of(instance))
        }
        _ => error.to_string(),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(options: &Value) -> String {
    let options = options.as_array().into_iter().flatten().map(Value::to_string);
    options.collect::<Vec<_>>().join(", ")
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
