//! What a `server.json` must be.
//!
//! | function | what it asks | who asks |
//! |---|---|---|
//! | [`structure()`] | are all fields known, present and of their type and length? | publish, edit, validate, before all else |
//! | [`semantic()`] | do names, versions, URLs and arguments make sense? | publish and edit, cheap |
//! | [`validate`] | the same, and what does the JSON Schema of the document's date say? | validate |
//! | [`publisher_meta_bytes`] | how large is the publisher's own block? | publish |
//! | [`check`] | is another body of its [`Shape`]? | status changes, logins |
//!
//! Texts, places and rule names are the official registry's (v1.8.0). Keys are compared exactly, which it does not do.

mod body;
mod format;
mod issue;
pub mod limits;
mod publisher;
mod quote;
mod schema;
mod semantic;
mod shape;
mod structure;
mod uri;

pub use body::{SIGNATURE, STATUS};
pub use format::SERVER_JSON;
pub use issue::{Issue, IssueType, Severity, ValidationResult};
pub use publisher::publisher_meta_bytes;
pub use semantic::semantic;
pub use shape::{Shape, check};
pub use structure::structure;

use registry::model::ServerJson;

/// All that can be said of a document without asking anyone else: [`semantic()`] and the JSON Schema of its date.
#[must_use]
pub fn validate(document: &ServerJson) -> ValidationResult {
    let mut findings = semantic::findings(document);
    schema::findings(document, &mut findings);
    let issues = findings.into_issues();
    ValidationResult { valid: !issues.iter().any(Issue::is_error), issues }
}
