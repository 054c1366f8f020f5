//! What servers are counted and filtered by.

/// A property of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Facet {
    /// Active, deprecated or deleted.
    Status,
    /// Kinds of packages, such as `npm`.
    PackageType,
    /// Transports of packages and remotes.
    Transport,
    /// `local` with a package, `remote` with a remote.
    Runs,
    /// Whether a package or a remote asks for a secret that it does not run without.
    NeedsSecret,
    /// What stands before the slash.
    Namespace,
    /// Whoever brought it.
    Source,
    /// Categories that the publisher says.
    Category,
    /// Tags and keywords that the publisher says.
    Tag,
}

impl Facet {
    /// All, in the order in which they are stored.
    pub const ALL: [Self; 9] = [
        Self::Status,
        Self::PackageType,
        Self::Transport,
        Self::Runs,
        Self::NeedsSecret,
        Self::Namespace,
        Self::Source,
        Self::Category,
        Self::Tag,
    ];

    /// Its name in an answer.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::PackageType => "packageType",
            Self::Transport => "transport",
            Self::Runs => "runs",
            Self::NeedsSecret => "needsSecret",
            Self::Namespace => "namespace",
            Self::Source => "source",
            Self::Category => "category",
            Self::Tag => "tag",
        }
    }

    /// The parameter that filters by it.
    #[must_use]
    pub fn parameter(self) -> &'static str {
        match self {
            Self::PackageType => "package_type",
            Self::NeedsSecret => "needs_secret",
            other => other.name(),
        }
    }

    pub(super) fn stored(self) -> u8 {
        self as u8
    }

    pub(super) fn read(stored: u8) -> Option<Self> {
        Self::ALL.get(usize::from(stored)).copied()
    }
}
