//! What a run of `sync` did.

use registry::store::Serial;
use registry_domain::Rechecked;
use serde::Serialize;

use crate::format::Refused;

/// How the reason begins of an entry that is refused because its server belongs to somebody else.
pub(crate) const SHADOWED: &str = "shadowed:";

/// What a run did, as `berth sync --json` prints it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The serial afterwards.
    pub serial: Serial,
    /// Why the CDN was not told what changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purge_error: Option<String>,
    /// Each source, in the order in which they were named.
    pub sources: Vec<SourceReport>,
}

/// What was done with one source. `read` is the sum of `imported`, `unchanged` and the number of `refused`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SourceReport {
    /// The source's name.
    pub source: String,
    /// Entries that it holds; 0 when it said that nothing changed.
    pub read: usize,
    /// Versions that were written.
    pub imported: usize,
    /// Versions that were as they should be.
    pub unchanged: usize,
    /// Entries that were not accepted, those included that another source's or a publisher's server shadows.
    pub refused: Vec<Refused>,
    /// Why the source could not be read or imported to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What a look at the proofs of domains came to. Each domain that was due is counted once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DomainReport {
    /// Domains whose proof is there.
    pub proved: usize,
    /// Domains whose proof is gone, and counts for a little longer.
    pub missing: Vec<String>,
    /// Domains whose proof is over.
    pub lapsed: Vec<String>,
    /// Domains of which nothing could be found out. The next run looks again.
    pub unknown: usize,
}

impl From<Rechecked> for DomainReport {
    fn from(done: Rechecked) -> Self {
        let Rechecked { proved, missing, lapsed, unknown } = done;
        Self { proved, missing, lapsed, unknown }
    }
}

impl Report {
    /// Whether every source was read and imported, and what changed was purged.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.purge_error.is_none() && self.sources.iter().all(|source| source.error.is_none())
    }
}

impl SourceReport {
    /// How many of the refused entries are shadowed: nothing is wrong with them, their servers belong to somebody else.
    #[must_use]
    pub fn shadowed(&self) -> usize {
        self.faulty().count().abs_diff(self.refused.len())
    }

    /// The refused entries that are not shadowed.
    pub fn faulty(&self) -> impl Iterator<Item = &Refused> {
        self.refused.iter().filter(|refused| !refused.reason.starts_with(SHADOWED))
    }
}
