//! The head of a server: what all its versions share.

use std::fmt;

use super::Serial;
use crate::model::ServerVersion;

/// Whoever brought a server first: a source by name, or a publisher. Another source's entries for it are shadowed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// Imported from the source of this name.
    Source(String),
    /// Published through the API.
    Publisher,
}

impl Owner {
    /// The owner as it is stored.
    #[must_use]
    pub fn encode(&self) -> String {
        match self {
            Self::Source(name) => format!("source:{name}"),
            Self::Publisher => "publisher".to_owned(),
        }
    }

    /// Reads what [`Owner::encode`] wrote.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        match text.strip_prefix("source:") {
            Some(name) => Some(Self::Source(name.to_owned())),
            None => (text == "publisher").then_some(Self::Publisher),
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(name) => write!(f, "source {name}"),
            Self::Publisher => f.write_str("a publisher"),
        }
    }
}

/// The state of a server beside its versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Whoever brought the server first.
    pub owner: Owner,
    /// The version that carries the latest flag. Stored here and nowhere else, so that there is exactly one.
    pub latest: ServerVersion,
    /// How many versions there are, deleted ones included.
    pub versions: usize,
    /// The serial of the server's last change: a writer that read the head writes on condition that it has not moved.
    pub serial: Serial,
}
