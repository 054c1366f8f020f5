//! Changes: as they are asked for, and as they are recorded.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::{Head, Owner, Serial};
use crate::model::{ServerName, ServerVersion, VersionState};
use crate::time::Timestamp;

/// What one transaction does to one server.
#[derive(Clone, Debug)]
pub struct ServerChange {
    /// The server.
    pub name: ServerName,
    /// The head that the decision was made on; `None` when the server must not exist yet. The transaction fails with
    /// [`super::CommitError::Raced`] when it has moved.
    pub before: Option<Head>,
    /// Whoever brought the server first.
    pub owner: Owner,
    /// The version that carries the latest flag afterwards; it must exist afterwards.
    pub latest: ServerVersion,
    /// The versions that are written; at least one.
    pub versions: Vec<VersionChange>,
    /// The record of the change in the audit trail ([`super::AuditLog::actions`]): it is there if, and only if, the change is.
    pub audit: Vec<TransactWriteItem>,
}

/// One version that is written.
#[derive(Clone, Debug)]
pub struct VersionChange {
    /// The version.
    pub version: ServerVersion,
    /// Its state afterwards.
    pub state: VersionState,
    /// Whether it must be absent before; otherwise it must be there.
    pub is_new: bool,
    /// Remote URLs that the version begins or ceases to hold.
    pub claims: Vec<RemoteClaim>,
    /// Who publishes the version, if it is published: a repeat of the same request is known by it. Not public, and
    /// forgotten when the version changes.
    pub publisher: Option<String>,
}

/// A change of how many versions of a server hold a remote URL. A version holds its URLs while it is not deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteClaim {
    /// The URL, compared as an exact string.
    pub url: String,
    /// Versions that begin (positive) or cease (negative) to hold it.
    pub delta: i64,
}

/// A recorded change: the whole state of one version, and of its server's head, at one serial.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its place in the history.
    pub serial: Serial,
    /// When it was committed.
    pub at: Timestamp,
    /// The server.
    pub name: ServerName,
    /// The version.
    pub version: ServerVersion,
    /// Whether there was no such version before. Records of earlier releases do not say so of new ones.
    pub is_new: bool,
    /// The state of the version.
    pub state: VersionState,
    /// Whoever brought the server first.
    pub owner: Owner,
    /// The version that carries the latest flag.
    pub latest: ServerVersion,
}

impl ServerChange {
    /// The head after the change, when its last version gets `serial`.
    #[must_use]
    pub fn head_after(&self, serial: Serial) -> Head {
        let before = self.before.as_ref().map_or(0, |head| head.versions);
        let added = self.versions.iter().filter(|version| version.is_new).count();
        Head { owner: self.owner.clone(), latest: self.latest.clone(), versions: before + added, serial }
    }

    /// The URLs whose number of holders really changes, each once: a transaction may touch an item only once.
    #[must_use]
    pub fn net_claims(&self) -> BTreeMap<&str, i64> {
        let mut net = BTreeMap::new();
        for claim in self.versions.iter().flat_map(|version| &version.claims) {
            *net.entry(claim.url.as_str()).or_default() += claim.delta;
        }
        net.retain(|_, delta| *delta != 0);
        net
    }
}

impl RemoteClaim {
    /// What changes when a version that held `before` holds `after`.
    #[must_use]
    pub fn between(before: &[String], after: &[String]) -> Vec<Self> {
        let taken = after.iter().filter(|url| !before.contains(url)).map(|url| Self { url: url.clone(), delta: 1 });
        let left = before.iter().filter(|url| !after.contains(url)).map(|url| Self { url: url.clone(), delta: -1 });
        taken.chain(left).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_differences() {
        let urls = |list: &[&str]| list.iter().map(|&url| url.to_owned()).collect::<Vec<_>>();
        let claims = RemoteClaim::between(&urls(&["a", "b"]), &urls(&["b", "c"]));
        let pairs: Vec<_> = claims.iter().map(|claim| (claim.url.as_str(), claim.delta)).collect();
        assert_eq!(pairs, [("c", 1), ("a", -1)]);
    }
}
