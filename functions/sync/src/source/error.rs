//! Why a source could not be read.

use registry::json::JsonError;

use super::redirect;
use crate::format::FormatError;

pub use redirect::RedirectRefused;

/// A source failed as a whole.
#[derive(Debug, thiserror::Error)]
#[error("source {name}: {operation}: {kind}{}; what was imported before is kept", after(*.tries))]
pub struct SourceError {
    /// Name of the source.
    pub name: String,
    /// What was being done, without credentials: `GET https://…`.
    pub operation: String,
    /// How often it was tried.
    pub tries: u32,
    /// What went wrong.
    pub kind: SourceErrorKind,
}

/// What can go wrong with a source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceErrorKind {
    /// The host does not answer: no such name, refused, no TLS.
    #[error("cannot be reached ({0}): check the address and the network")]
    Unreachable(String),
    /// The answer broke off.
    #[error("the answer broke off ({0})")]
    Interrupted(String),
    /// The server answered with another status than success.
    #[error("answered {}{}", reason(*.status), wait(*.retry_after))]
    Status {
        /// The HTTP status.
        status: u16,
        /// Seconds that the server asked to wait.
        retry_after: Option<u64>,
    },
    /// More bytes than are read of one answer or source.
    #[error("is larger than the limit of {}", size(*.0))]
    TooLarge(usize),
    /// A redirect leads where it must not.
    #[error(transparent)]
    Redirect(#[from] RedirectRefused),
    /// Not JSON, or not all of it.
    #[error("{0}")]
    Json(JsonError),
    /// JSON of another shape.
    #[error("{0}")]
    WrongShape(String),
    /// No entries.
    #[error("has no entries")]
    Empty,
    /// The file cannot be read.
    #[error("{0}")]
    File(String),
    /// S3 refused, or is not configured.
    #[error("{0}")]
    S3(String),
    /// The pages of a registry API do not come to an end.
    #[error("{0}")]
    Walk(String),
    /// The process stops.
    #[error("reading was stopped")]
    Stopped,
}

/// A failure that does not know its source yet.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) operation: String,
    pub(super) tries: u32,
    pub(super) kind: SourceErrorKind,
}

impl Failure {
    pub(super) fn new(operation: impl Into<String>, kind: impl Into<SourceErrorKind>) -> Self {
        Self { operation: operation.into(), tries: 1, kind: kind.into() }
    }

    pub(super) fn of(self, name: &str) -> SourceError {
        let Self { operation, tries, kind } = self;
        SourceError { name: name.to_owned(), operation, tries, kind }
    }
}

impl SourceErrorKind {
    /// Whether the same request may go well a moment later.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Interrupted(_) => true,
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500..=599),
            _ => false,
        }
    }
}

impl From<FormatError> for SourceErrorKind {
    fn from(error: FormatError) -> Self {
        match error {
            FormatError::Json(error) => Self::Json(error),
            FormatError::WrongShape { .. } => Self::WrongShape(error.to_string()),
            FormatError::Empty => Self::Empty,
        }
    }
}

fn after(tries: u32) -> String {
    if tries > 1 { format!(" (tried {tries} times)") } else { String::new() }
}

fn reason(status: u16) -> String {
    http::StatusCode::from_u16(status).map_or_else(|_| status.to_string(), |status| status.to_string())
}

fn wait(retry_after: Option<u64>) -> String {
    retry_after.map(|seconds| format!(" and asks to wait {seconds} s")).unwrap_or_default()
}

fn size(bytes: usize) -> String {
    const MIB: usize = 1024 * 1024;
    if bytes >= MIB && bytes.is_multiple_of(MIB) { format!("{} MiB", bytes / MIB) } else { format!("{bytes} bytes") }
}
