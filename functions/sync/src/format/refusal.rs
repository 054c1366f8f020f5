//! Why one entry is refused.

use registry::json::JsonError;
use registry::limits;
use registry::model::{InvalidServerName, InvalidServerVersion};
use serde::Serialize;

/// An entry that was not accepted.
#[derive(Serialize, Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The server's name as the source spells it; empty when the entry has none.
    pub name: String,
    /// The version as the source spells it; empty when the entry has none.
    pub version: String,
    /// Why; begins with the entry's position in the source (`entry 17: `) when the name or the version is empty.
    pub reason: String,
}

/// A reason to refuse an entry.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error(transparent)]
    Json(#[from] JsonError),
    #[error("the entry is {0}, not an object")]
    NotAnObject(&'static str),
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("{path}: {problem}")]
    Field { path: String, problem: String },
    #[error(transparent)]
    Name(#[from] InvalidServerName),
    #[error(transparent)]
    Version(#[from] InvalidServerVersion),
    #[error("packages[{index}].version: {reason}")]
    PackageVersion { index: usize, reason: InvalidServerVersion },
    #[error(
        "{path}: registryType is missing and {field} is there: snake_case documents (schema 2025-07-09) are not \
         accepted, publish the server again in the form of today"
    )]
    SnakeCase { path: String, field: &'static str },
    #[error("document and _meta have {0} bytes, more than {max}", max = limits::DOCUMENT_BYTES)]
    TooLarge(usize),
    #[error("statusMessage has {0} characters, more than {max}", max = limits::STATUS_MESSAGE_CHARS)]
    StatusMessage(usize),
    #[error("duplicate: entry {0} has the same name and version")]
    Duplicate(usize),
}

impl Refusal {
    /// A refusal from the error of serde, which knows the path.
    pub(super) fn from_serde(error: &serde_path_to_error::Error<serde_json::Error>, prefix: &str) -> Self {
        let path = error.path().to_string();
        let problem = error.inner().to_string();
        match (prefix, path.as_str()) {
            ("", ".") => Self::Field { path: "the document".to_owned(), problem },
            ("", _) => Self::Field { path, problem },
            (_, ".") => Self::Field { path: prefix.to_owned(), problem },
            _ => Self::Field { path: format!("{prefix}.{path}"), problem },
        }
    }
}
