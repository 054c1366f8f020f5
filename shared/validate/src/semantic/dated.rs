//! Which schema a document names.

use crate::issue::{Findings, Issue, IssueType, Severity};
use crate::schema;

/// The date of the newest schema.
const CURRENT_DATE: &str = "2025-12-11";
/// The `$schema` that needs no warning.
const CURRENT_SCHEMA: &str = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json";

pub(super) fn check(url: Option<&str>, findings: &mut Findings) {
    let mut add = |kind, message, severity, rule: &str| {
        let (path, reference) = ("schema".to_owned(), rule.to_owned());
        findings.push(Issue { kind, path, message, severity, reference });
    };
    let Some(url) = url else {
        let message = "$schema field is required".to_owned();
        return add(IssueType::Schema, message, Severity::Error, "schema-field-required");
    };
    let Some(date) = schema_date(url) else {
        let message = format!("failed to extract schema version from URL: invalid schema URL format: {url}");
        return add(IssueType::Schema, message, Severity::Error, "schema-version-extraction-error");
    };
    if url != CURRENT_SCHEMA {
        let message = format!(
            "schema version {date} is not the current version ({CURRENT_DATE}). Consider updating to the latest schema \
             version"
        );
        add(IssueType::Semantic, message, Severity::Warning, "schema-version-deprecated");
    }
    if !schema::is_available(date) {
        let message = format!(
            "schema version {date} not available: schema version {date} not found in embedded schemas: open \
             schemas/{date}.json: file does not exist"
        );
        add(IssueType::Schema, message, Severity::Error, "schema-version-not-available");
    }
}

/// The date in a schema's URL: what stands between `/schemas/` and `/server.schema.json`, on whatever host.
pub(crate) fn schema_date(url: &str) -> Option<&str> {
    url.match_indices("/schemas/").find_map(|(at, found)| {
        let rest = url.get(at + found.len()..)?;
        let (date, after) = rest.split_once('/')?;
        let is_date = !date.is_empty()
            && date.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'~' | b'.' | b'-'));
        (is_date && after.starts_with("server.schema.json")).then_some(date)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_date_anywhere() {
        assert_eq!(schema_date(CURRENT_SCHEMA), Some(CURRENT_DATE));
        assert_eq!(schema_date("x/schemas/a/schemas/draft/server.schema.json#x"), Some("draft"));
        for url in
            ["not a uri", "/schemas//server.schema.json", "/schemas/a b/server.schema.json", "/schemas/2025-12-11"]
        {
            assert_eq!(schema_date(url), None, "{url}");
        }
    }
}
