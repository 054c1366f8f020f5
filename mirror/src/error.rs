//! What can go wrong with a mirror. Each message says what the directory does meanwhile, or what to do.

use std::io;
use std::path::{Path, PathBuf};

use registry_fetch::ClientError;

/// The mirror could not be brought up to date. What the directory served before, it still serves.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// The directory cannot be used.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was attempted.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another process writes the directory.
    #[error("another process mirrors into {}: stop it, or choose another directory", .0.display())]
    InUse(PathBuf),
    /// The directory follows another registry.
    #[error("{} mirrors {known}: choose another directory for {asked}, or begin anew by removing it", path.display())]
    OtherRegistry {
        /// The directory.
        path: PathBuf,
        /// The registry that it follows.
        known: String,
        /// The one that was asked for.
        asked: String,
    },
    /// There is nothing in the directory yet.
    #[error("{} holds no mirror yet: fill it with `berth mirror {} --from URL`", .0.display(), .0.display())]
    Empty(PathBuf),
    /// No URL of a registry.
    #[error("{0:?} is no http or https URL of a registry")]
    Url(String),
    /// The client cannot be set up.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The registry does not answer, or not as it should for now.
    #[error("GET {url}: {reason}{}; the mirror keeps what it has", tried(*.tries))]
    Unavailable {
        /// What was asked for.
        url: String,
        /// What happened.
        reason: String,
        /// How often it was tried.
        tries: u32,
    },
    /// The registry answers this request with an error that another try does not change.
    #[error("GET {url}: answered {status}{}; is this the URL of a registry that can be mirrored?", said(.detail))]
    Refused {
        /// What was asked for.
        url: String,
        /// The status.
        status: u16,
        /// What the answer says.
        detail: String,
    },
    /// An answer is larger than its kind may be, or than was announced.
    #[error("{what} is larger than {limit} bytes, which is what it may have: it was not taken")]
    TooLarge {
        /// The answer or file.
        what: String,
        /// Its limit.
        limit: u64,
    },
    /// An answer is not of the form that the protocol has.
    #[error("{what} is not what the protocol has ({reason}): it was not taken; a newer berth may understand it")]
    Malformed {
        /// The answer or file.
        what: String,
        /// What is wrong.
        reason: String,
    },
    /// A file of the registry is not the one that was signed.
    #[error(
        "{key} is not the file that the registry signed ({reason}): it was not taken. Whatever stands between here and the \
         registry changed it: try again, and through another network if that fails too"
    )]
    Tampered {
        /// The file.
        key: String,
        /// What is wrong.
        reason: String,
    },
    /// A file of the directory is not the one that was put there.
    #[error("{} was damaged ({reason}): remove it, and mirror again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The registry has no snapshot.
    #[error(
        "the registry has not published a snapshot yet: it does so within a minute of its first change; try again then"
    )]
    NothingYet,
    /// The snapshot document has no signature.
    #[error(
        "the registry does not sign its snapshots: nothing shows that they are its own. --allow-unsigned takes them all the \
         same{}", if *.was_signed { ", once `.well-known/jwks.json` is removed from the mirror: it signed them before" } else { "" }
    )]
    Unsigned {
        /// Whether keys were pinned already.
        was_signed: bool,
    },
    /// The signature does not hold.
    #[error("the signature of the snapshot does not hold ({0}): the snapshot was not taken")]
    Signature(String),
    /// It is signed by a key that is not known.
    #[error(
        "the snapshot is signed with a key that this mirror does not know ({0}): it was not taken. If the registry's \
         operator says that its keys were replaced, run again with --accept-new-keys, or give them with --key"
    )]
    UnknownKey(String),
    /// Keys cannot be taken on trust from there.
    #[error(
        "{0} is not reached over https, so anybody on the way could be taken for the registry: give its keys with --key FILE, \
         or use https"
    )]
    Insecure(String),
    /// The keys cannot be read.
    #[error("the keys of {what} cannot be used: {reason}")]
    Keys {
        /// Where they are from.
        what: String,
        /// What is wrong.
        reason: String,
    },
    /// The registry is behind what it was.
    #[error(
        "the registry shows serial {found} and showed {known} before: a cache on the way is old, somebody replays an old \
         state, or the registry was restored from a backup. The mirror keeps serial {known}. If the operator says that it was \
         restored, remove the directory and mirror again"
    )]
    RolledBack {
        /// What was seen before.
        known: u64,
        /// What is shown now.
        found: u64,
    },
    /// A page of changes does not follow the one before.
    #[error("the registry answered change {found} where {expected} follows; the mirror keeps what it has")]
    Gap {
        /// The serial that follows.
        expected: u64,
        /// The one that came.
        found: u64,
    },
}

impl MirrorError {
    /// Whether the same request may go well a moment later, without anybody doing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Gap { .. } | Self::NothingYet)
    }

    pub(crate) fn io<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Self + 'a {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }

    pub(crate) fn malformed(what: impl Into<String>, reason: impl ToString) -> Self {
        Self::Malformed { what: what.into(), reason: reason.to_string() }
    }
}

fn tried(tries: u32) -> String {
    if tries > 1 { format!(" (tried {tries} times)") } else { String::new() }
}

fn said(detail: &str) -> String {
    if detail.is_empty() { String::new() } else { format!(" ({detail})") }
}
