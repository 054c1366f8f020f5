//! Business rules, in the official registry's words where it has some.

use registry::error::ApiError;
use registry::limits;

/// Why a change is not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// Another server holds a remote URL.
    #[error("remote URL {url} is already used by server {server}")]
    RemoteTaken {
        /// The URL.
        url: String,
        /// Its holder.
        server: String,
    },
    /// The server is full.
    #[error(
        "maximum number of versions for this server reached ({max}): publish under another name, or ask the operator of \
         this registry",
        max = limits::VERSIONS_PER_SERVER
    )]
    TooManyVersions,
    /// The version is stored, deleted ones included.
    #[error("invalid version: cannot publish duplicate version")]
    Duplicate,
    /// The publisher's block of `_meta` is too large.
    #[error("_meta.io.modelcontextprotocol.registry/publisher-provided extension exceeds 4KB limit ({0} bytes)")]
    PublisherMeta(usize),
    /// The document does not fit an item of the table.
    #[error("the document has {0} bytes, the limit is {max}: shorten it", max = limits::DOCUMENT_BYTES)]
    DocumentTooLarge(usize),
    /// The claims of the remote URLs do not fit one transaction.
    #[error("the document has {0} remote URLs, the limit is {max}", max = limits::REMOTES_PER_VERSION)]
    TooManyRemotes(usize),
    /// A message says why a version is not active.
    #[error("status_message cannot be provided when setting status to active")]
    MessageOnActive,
    /// The version is as it is wanted.
    #[error("No changes to apply: status and message are already set to the provided values")]
    NoChange,
    /// All versions are as they are wanted.
    #[error("No changes to apply: all versions already have the requested status and message")]
    NoChanges,
}

impl Refusal {
    /// 400 under the operation's own text, such as `Failed to publish server`.
    pub(crate) fn during(&self, detail: &'static str) -> ApiError {
        ApiError::bad_request(detail).because(self.to_string())
    }
}
