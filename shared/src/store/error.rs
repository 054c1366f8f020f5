//! What can go wrong between a function and the table.

use crate::model::ServerName;

/// A read or a write of the table failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The call did not succeed, retries included.
    #[error("cannot {operation}: {message}")]
    Call {
        /// What was attempted.
        operation: &'static str,
        /// What the SDK said, its causes included.
        message: String,
    },
    /// An item of the table is not what this version of Berth writes.
    #[error("cannot {operation}: item {key} has no valid attribute {attribute}")]
    Malformed {
        /// What was attempted.
        operation: &'static str,
        /// The item's key.
        key: String,
        /// The attribute that is missing or of the wrong type.
        attribute: &'static str,
    },
    /// A change record is missing between two others.
    #[error("cannot read changes: serial {expected} is missing, found {found}")]
    Gap {
        /// The serial that should have come.
        expected: u64,
        /// The one that came, or the counter when none came.
        found: u64,
    },
}

/// A transaction was not committed. Nothing of it was written.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CommitError {
    /// The server has changed since its head was read: read it again, decide again.
    #[error("server {0} was changed by somebody else meanwhile")]
    Raced(ServerName),
    /// A remote URL belongs to another server.
    #[error("remote URL {url} of {name} is already used by another server")]
    RemoteTaken {
        /// The server that wanted it.
        name: ServerName,
        /// The URL.
        url: String,
    },
    /// The race for the serial was lost too often, or the table is throttled.
    #[error("cannot commit: gave up after {0} attempts, the table is too busy; try again later")]
    Busy(u32),
    /// The store failed; whether the transaction was committed is unknown only if the connection broke.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl StoreError {
    /// An SDK error with its chain of causes, which `Display` of the SDK leaves out.
    #[must_use]
    pub fn call<E, R>(operation: &'static str, error: aws_sdk_dynamodb::error::SdkError<E, R>) -> Self
    where
        E: std::error::Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        Self::Call { operation, message: chain(&error) }
    }
}

/// The message of an error and of its causes, joined by colons; a cause that is in the message already is left out.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !message.contains(&text) {
            message.push_str(": ");
            message.push_str(&text);
        }
        cause = error.source();
    }
    message
}
