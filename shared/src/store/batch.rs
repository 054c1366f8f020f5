//! Packing of changes into transactions.

use super::ServerChange;
use crate::limits;

/// The counter of the transaction itself.
pub(super) const COUNTER_ACTIONS: usize = 1;

/// Groups changes into transactions of up to 100 actions, in their order.
///
/// A server with more versions than fit is cut into several changes, each in a transaction of its own group; then the
/// later ones carry the `before` of the first and must be given the head that the earlier commit returned
/// ([`super::Writer::commit`]). Because `latest` must exist after each part, its version goes first.
#[must_use]
pub fn batches(changes: Vec<ServerChange>) -> Vec<Vec<ServerChange>> {
    let mut groups: Vec<Vec<ServerChange>> = Vec::new();
    let (mut actions, mut bytes) = (usize::MAX, usize::MAX);
    for change in changes.into_iter().flat_map(split) {
        let (more_actions, more_bytes) = (change_actions(&change), change_bytes(&change));
        // Two parts of one server never share a transaction: the head is one item.
        let same_server =
            groups.last().and_then(|group| group.last()).is_some_and(|previous| previous.name == change.name);
        let fits = actions.saturating_add(more_actions) <= limits::TRANSACTION_ACTIONS
            && bytes.saturating_add(more_bytes) <= limits::TRANSACTION_BYTES
            && !same_server;
        match groups.last_mut() {
            Some(group) if fits => group.push(change),
            _ => {
                groups.push(vec![change]);
                (actions, bytes) = (COUNTER_ACTIONS, 0);
            }
        }
        actions = actions.saturating_add(more_actions);
        bytes = bytes.saturating_add(more_bytes);
    }
    groups
}

fn split(mut change: ServerChange) -> Vec<ServerChange> {
    let latest = change.latest.clone();
    change.versions.sort_by_key(|version| version.version != latest);
    let mut parts: Vec<ServerChange> = Vec::new();
    for version in std::mem::take(&mut change.versions) {
        let mut grown = match parts.pop() {
            Some(part) => part,
            None => ServerChange { versions: Vec::new(), ..change.clone() },
        };
        grown.versions.push(version);
        let too_large = COUNTER_ACTIONS + change_actions(&grown) > limits::TRANSACTION_ACTIONS
            || change_bytes(&grown) > limits::TRANSACTION_BYTES;
        match grown.versions.pop() {
            Some(version) if too_large && !grown.versions.is_empty() => {
                parts.push(grown);
                parts.push(ServerChange { versions: vec![version], audit: Vec::new(), ..change.clone() });
            }
            Some(version) => {
                grown.versions.push(version);
                parts.push(grown);
            }
            None => parts.push(grown),
        }
    }
    parts
}

/// A head, a new name's place among those that look alike, what the audit trail gets, and for each version itself and its
/// record, and for each URL its claim.
pub(super) fn change_actions(change: &ServerChange) -> usize {
    let claims: usize = change.versions.iter().map(|version| version.claims.len()).sum();
    1 + usize::from(change.before.is_none()) + change.audit.len() + 2 * change.versions.len() + claims
}

pub(super) fn change_bytes(change: &ServerChange) -> usize {
    let version_bytes = |version: &super::VersionChange| {
        let claims: usize = version.claims.iter().map(|claim| claim.url.len() + 256).sum();
        2 * (version.state.document.len() + 1024) + claims
    };
    512 + 4096 * change.audit.len() + change.versions.iter().map(version_bytes).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::TransactWriteItem;

    use super::*;
    use crate::model::{Status, VersionState};
    use crate::store::{Head, Owner, RemoteClaim, Serial, VersionChange};
    use crate::time::Timestamp;

    fn change(name: &str, versions: usize, document: usize, claims: usize) -> ServerChange {
        let time = Timestamp::from_micros(0).unwrap();
        let version = |number: usize| VersionChange {
            version: format!("1.0.{number}").parse().unwrap(),
            state: VersionState {
                document: "x".repeat(document),
                meta: Default::default(),
                status: Status::Active,
                status_message: None,
                published_at: time,
                updated_at: time,
                status_changed_at: time,
            },
            is_new: true,
            claims: (0..claims).map(|url| RemoteClaim { url: format!("https://{url}.example"), delta: 1 }).collect(),
            publisher: None,
        };
        ServerChange {
            audit: Vec::new(),
            name: name.parse().unwrap(),
            before: None,
            owner: Owner::Publisher,
            latest: format!("1.0.{}", versions - 1).parse().unwrap(),
            versions: (0..versions).map(version).collect(),
        }
    }

    fn head() -> Head {
        Head { owner: Owner::Publisher, latest: "0.9.0".parse().unwrap(), versions: 1, serial: Serial(1) }
    }

    #[test]
    fn small_servers_share_a_transaction() {
        let groups = batches((0..100).map(|n| change(&format!("aa/s{n}x"), 1, 500, 0)).collect());
        assert_eq!(groups.iter().map(Vec::len).collect::<Vec<_>>(), [24, 24, 24, 24, 4]);
        let known = |n: usize| ServerChange { before: Some(head()), ..change(&format!("aa/s{n}x"), 1, 500, 0) };
        let groups = batches((0..100).map(known).collect());
        assert_eq!(groups.iter().map(Vec::len).collect::<Vec<_>>(), [33, 33, 33, 1], "a known name is not put again");
    }

    #[test]
    fn the_record_of_a_change_counts_and_goes_with_its_first_part() {
        let audited = |name: &str, versions| ServerChange {
            audit: vec![TransactWriteItem::builder().build(); 2],
            ..change(name, versions, 500, 0)
        };
        let groups = batches((0..100).map(|n| audited(&format!("aa/s{n}x"), 1)).collect());
        assert_eq!(groups.iter().map(Vec::len).collect::<Vec<_>>(), [16, 16, 16, 16, 16, 16, 4]);
        let parts: Vec<_> = batches(vec![audited("aa/bb", 120)]).into_iter().flatten().collect();
        let sizes: Vec<_> = parts.iter().map(|part| (part.versions.len(), part.audit.len())).collect();
        assert_eq!(sizes, [(47, 2), (48, 0), (25, 0)]);
        // One version with as many URLs as it may have, of a new server, fits.
        let largest =
            ServerChange { audit: audited("aa/bb", 1).audit, ..change("aa/bb", 1, 500, limits::REMOTES_PER_VERSION) };
        assert!(COUNTER_ACTIONS + change_actions(&largest) <= limits::TRANSACTION_ACTIONS);
    }

    #[test]
    fn a_large_server_is_cut_and_its_latest_goes_first() {
        let groups = batches(vec![change("aa/bb", 120, 500, 0), change("aa/cc", 1, 1, 0)]);
        assert_eq!(groups.iter().map(|group| group[0].versions.len()).collect::<Vec<_>>(), [48, 48, 24]);
        assert_eq!(groups[0][0].versions[0].version.as_str(), "1.0.119");
        assert_eq!(groups[2].len(), 2);
        let total: usize = groups.iter().flatten().map(|change| change.versions.len()).sum();
        assert_eq!(total, 121);
    }

    #[test]
    fn bytes_and_claims_count() {
        assert_eq!(batches(vec![change("aa/bb", 10, 300 * 1024, 0)]).len(), 2);
        assert_eq!(batches(vec![change("aa/bb", 20, 10, 10)]).len(), 3);
    }
}
