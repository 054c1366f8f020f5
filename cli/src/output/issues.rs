//! The issues of a document, as `POST /validate` lists them.

use serde_json::Value;

use super::place::{shortened, value_at};
use super::{field, table};
use crate::issue_hints;

/// A table of the issues of a validation's answer, with the values of `document`; `None` where there are none.
pub(crate) fn issue_table(validation: &Value, document: &Value) -> Option<String> {
    let issues = validation.get("issues").and_then(Value::as_array).filter(|issues| !issues.is_empty())?;
    let mut table = table(&["severity", "field", "value", "rule", "message", "what to do"]);
    for issue in issues {
        let (path, rule) = (field(issue, "/path"), field(issue, "/reference"));
        let value = value_at(document, &path).map(shortened).unwrap_or_default();
        let hint = issue_hints::of_rule(&rule).unwrap_or_default();
        table.add_row([
            field(issue, "/severity"),
            path,
            value,
            rule_name(&rule),
            field(issue, "/message"),
            hint.to_owned(),
        ]);
    }
    Some(table.trim_fmt())
}

/// A rule of a JSON Schema is named by a trail of pointers, of which the first is enough.
fn rule_name(rule: &str) -> String {
    match rule.split_once("#/") {
        Some((_, pointer)) => {
            let pointer = pointer.split([' ', '\'', ',']).next().unwrap_or_default();
            format!("schema: {pointer}")
        }
        None => rule.to_owned(),
    }
}
