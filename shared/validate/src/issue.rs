//! What is found in a document.

use std::fmt::{Display, Formatter};

use serde::Serialize;
use utoipa::ToSchema;

use crate::limits;

/// The answer to a validation.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ValidationResult {
    /// Whether no issue is an error.
    pub valid: bool,
    /// All issues.
    pub issues: Vec<Issue>,
}

/// One thing to know about a document.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[schema(as = ValidationIssue)]
pub struct Issue {
    /// What found it.
    #[serde(rename = "type")]
    pub kind: IssueType,
    /// Where, such as `packages[0].transport.url`; `$schema` is written `schema`.
    pub path: String,
    /// What it is, for people.
    pub message: String,
    /// How bad it is.
    pub severity: Severity,
    /// The name of the rule, or the place in the JSON Schema.
    pub reference: String,
}

/// What found an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ValidationIssueType)]
pub enum IssueType {
    /// The JSON Schema of the document's date, or the choice of it.
    Schema,
    /// A rule of the registry.
    Semantic,
}

/// How bad an issue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ValidationIssueSeverity)]
pub enum Severity {
    /// The document cannot be published, or does not follow its schema.
    Error,
    /// The document can be published.
    Warning,
}

impl Issue {
    /// Whether it makes the document invalid.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Collects issues, up to [`limits::ISSUES`].
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<Issue>);

impl Findings {
    pub(crate) fn is_full(&self) -> bool {
        self.0.len() >= limits::ISSUES
    }

    pub(crate) fn push(&mut self, issue: Issue) {
        if !self.is_full() {
            self.0.push(issue);
        }
    }

    /// An error of a rule.
    pub(crate) fn refuse(&mut self, place: Place<'_>, rule: &str, message: impl Into<String>) {
        self.push(Issue {
            kind: IssueType::Semantic,
            path: place.to_string(),
            message: message.into(),
            severity: Severity::Error,
            reference: rule.to_owned(),
        });
    }

    pub(crate) fn into_issues(self) -> Vec<Issue> {
        self.0
    }
}

/// A place in a document. Written out only when something is found there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    above: Option<&'a Place<'a>>,
    step: Step,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Field(&'static str),
    Index(usize),
}

impl<'a> Place<'a> {
    pub(crate) fn top(field: &'static str) -> Self {
        Self { above: None, step: Step::Field(field) }
    }

    pub(crate) fn field(&'a self, field: &'static str) -> Self {
        Self { above: Some(self), step: Step::Field(field) }
    }

    pub(crate) fn index(&'a self, index: usize) -> Self {
        Self { above: Some(self), step: Step::Index(index) }
    }
}

impl Display for Place<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        if let Some(above) = self.above {
            above.fmt(f)?;
        }
        match self.step {
            Step::Field(field) if self.above.is_some() => write!(f, ".{field}"),
            Step::Field(field) => f.write_str(field),
            Step::Index(index) => write!(f, "[{index}]"),
        }
    }
}
