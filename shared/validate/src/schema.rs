//! The dated JSON Schemas of the format.
//!
//! `schemas/` has the files that `https://static.modelcontextprotocol.io/schemas/<date>/server.schema.json` serves,
//! unchanged, under the licence of <https://github.com/modelcontextprotocol/registry>, where they come from.

mod message;
mod trail;

use std::sync::OnceLock;

use jsonschema::{Draft, PatternOptions, ValidationError, Validator};
use registry::model::ServerJson;
use serde_json::Value;

use crate::issue::{Findings, Issue, IssueType, Severity};
use crate::semantic::schema_date;
use crate::uri;

/// A schema, compiled when a document first asks for it.
struct Dated {
    date: &'static str,
    text: &'static str,
    compiled: OnceLock<Result<Compiled, String>>,
}

struct Compiled {
    validator: Validator,
    /// The schema itself, for what its `$ref`s say.
    source: Value,
}

static SCHEMAS: [Dated; 6] = [
    Dated::new("2025-07-09", include_str!("../schemas/2025-07-09.json")),
    Dated::new("2025-09-16", include_str!("../schemas/2025-09-16.json")),
    Dated::new("2025-09-29", include_str!("../schemas/2025-09-29.json")),
    Dated::new("2025-10-11", include_str!("../schemas/2025-10-11.json")),
    Dated::new("2025-10-17", include_str!("../schemas/2025-10-17.json")),
    Dated::new("2025-12-11", include_str!("../schemas/2025-12-11.json")),
];

impl Dated {
    const fn new(date: &'static str, text: &'static str) -> Self {
        Self { date, text, compiled: OnceLock::new() }
    }

    fn compiled(&self) -> Result<&Compiled, &str> {
        self.compiled.get_or_init(|| Compiled::new(self.text)).as_ref().map_err(String::as_str)
    }
}

impl Compiled {
    fn new(text: &str) -> Result<Self, String> {
        let source: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let validator = jsonschema::options()
            .with_draft(Draft::Draft7)
            .should_validate_formats(true)
            .with_format("uri", is_uri)
            .with_pattern_options(PatternOptions::regex())
            .build(&source)
            .map_err(|error| error.to_string())?;
        Ok(Self { validator, source })
    }
}

/// What the official registry's validator takes for a URI: what Go parses, with a scheme.
fn is_uri(text: &str) -> bool {
    uri::parse(text).is_ok_and(|uri| uri.is_absolute())
}

/// Whether there is a schema of that date.
pub(crate) fn is_available(date: &str) -> bool {
    find(date).is_some()
}

fn find(date: &str) -> Option<&'static Dated> {
    SCHEMAS.iter().find(|schema| schema.date == date)
}

/// Adds what the document's schema says. A document without a known schema has been refused for that already.
pub(crate) fn findings(document: &ServerJson, findings: &mut Findings) {
    if findings.is_full() {
        return;
    }
    let Some(dated) = document.schema.as_deref().and_then(schema_date).and_then(find) else { return };
    let compiled = match dated.compiled() {
        Ok(compiled) => compiled,
        Err(error) => return findings.push(broken("schema-compile-error", "failed to compile schema", error)),
    };
    // Not the body: there, `null` and `""` stand for what is absent.
    let instance = match serde_json::to_value(document) {
        Ok(instance) => instance,
        Err(error) => {
            return findings.push(broken("json-marshal-error", "failed to marshal server JSON", &error.to_string()));
        }
    };
    let mut issues = Issues { compiled, date: dated.date, findings, missing: None };
    for error in compiled.validator.iter_errors(&instance) {
        if issues.findings.is_full() {
            break;
        }
        issues.add(&error);
    }
    issues.finish();
}

fn broken(rule: &str, what: &str, error: &str) -> Issue {
    Issue {
        kind: IssueType::Schema,
        path: String::new(),
        message: format!("{what}: {error}"),
        severity: Severity::Error,
        reference: rule.to_owned(),
    }
}

struct Issues<'a> {
    compiled: &'a Compiled,
    date: &'static str,
    findings: &'a mut Findings,
    /// An issue of a `required`, which names all missing fields at once; the validator names them one by one.
    missing: Option<Issue>,
}

impl Issues<'_> {
    /// One issue for each leaf of the error.
    fn add(&mut self, error: &ValidationError<'_>) {
        if self.findings.is_full() {
            return;
        }
        if let Some(branches) = message::branches(error.kind()) {
            return branches.iter().flatten().for_each(|error| self.add(error));
        }
        // The official registry leaves out what is wrong with the document as a whole.
        let path = trail::path(error.instance_path());
        if path.is_empty() {
            return;
        }
        let issue = Issue {
            kind: IssueType::Schema,
            path,
            message: message::message(error),
            severity: Severity::Error,
            reference: trail::reference(self.date, &self.compiled.source, error),
        };
        match (message::missing(error.kind()), &mut self.missing) {
            (Some(field), Some(open)) if open.path == issue.path && open.reference == issue.reference => {
                open.message.push_str(", ");
                open.message.push_str(&field);
            }
            (Some(_), open) => {
                if let Some(complete) = open.replace(issue) {
                    self.findings.push(complete);
                }
            }
            (None, _) => self.findings.push(issue),
        }
    }

    fn finish(self) {
        if let Some(complete) = self.missing {
            self.findings.push(complete);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_compiles_and_is_of_its_date() {
        for schema in &SCHEMAS {
            let compiled = schema.compiled().unwrap_or_else(|error| panic!("{}: {error}", schema.date));
            let id = format!("https://static.modelcontextprotocol.io/schemas/{}/server.schema.json", schema.date);
            assert_eq!(compiled.source["$id"], id);
        }
    }
}
