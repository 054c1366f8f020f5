//! Every key of the table. Nobody writes a key by hand elsewhere.
//!
//! | kind | `pk` | `sk` |
//! |---|---|---|
//! | counter | `SERIAL` | `SERIAL` |
//! | server head | `SERVER#<name>` | `HEAD` |
//! | version | `SERVER#<name>` | `V#<version>` |
//! | change | `CHANGES#<serial / 1000>` | `<serial>`, 20 digits |
//! | remote URL claim | `REMOTE#<SHA-256 of the URL>` | `CLAIM` |
//! | source status | `SOURCE#<name>` | `STATUS` |
//! | used proof | `PROOF#<SHA-256 of the proof>` | `USED` |
//! | first of the names that look alike | `LOOKALIKE#<skeleton>` | `FIRST` |
//! | audit, all of a month | `AUDIT#<year>-<month>` | `<microseconds, 20 digits>#<id>` |
//! | audit of a namespace | `AUDIT-OF#<namespace>` | the same |
//! | count against a limit | `COUNT#<SHA-256 of what is counted>` | `<window>` |
//! | count of a calendar month | the same | `<year>-<month>` |
//! | namespace | `NAMESPACE#<namespace>` | `HEAD` |
//! | member of a namespace | `NAMESPACE#<namespace>` | `MEMBER#<identity>` |
//! | invitation to a namespace | `NAMESPACE#<namespace>` | `INVITATION#<handle>` |
//! | membership of somebody | `IDENTITY#<identity>` | `MEMBER#<namespace>` |
//! | domain claim of somebody | `IDENTITY#<identity>` | `DOMAIN#<domain>` |
//! | invitation of somebody | `HANDLE#<handle>` | `INVITATION#<namespace>` |
//! | holder of a domain | `DOMAINS` | `<domain>` |
//! | login on its way | `LOGIN#<SHA-256 of the state>` | `LOGIN` |
//! | browser session | `SESSION#<family>` | `SESSION` |
//! | key set of an issuer | `KEYSET#<SHA-256 of the issuer>` | `KEYS` |

use sha2::{Digest, Sha256};

use super::Serial;
use crate::identity::{Identity, Namespace};
use crate::model::{ServerName, ServerVersion};
use crate::time::Timestamp;

/// Name of the partition key's attribute.
pub const PK: &str = "pk";
/// Name of the sort key's attribute.
pub const SK: &str = "sk";

/// Changes of one partition: few enough for even load, many enough that a catch-up is one query.
const CHANGES_PER_PARTITION: u64 = 1000;

/// A full primary key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The partition key.
    pub pk: String,
    /// The sort key.
    pub sk: String,
}

pub(super) const HEAD_SK: &str = "HEAD";
/// Short, because a sort key ends at 1,024 bytes and a version may have 255 characters of four bytes.
pub(super) const VERSION_PREFIX: &str = "V#";
pub(super) const SERVER_PREFIX: &str = "SERVER#";

pub(super) fn counter() -> Key {
    Key { pk: "SERIAL".to_owned(), sk: "SERIAL".to_owned() }
}

pub(super) fn server(name: &ServerName) -> String {
    format!("{SERVER_PREFIX}{name}")
}

pub(super) fn head(name: &ServerName) -> Key {
    Key { pk: server(name), sk: HEAD_SK.to_owned() }
}

pub(super) fn version(name: &ServerName, version: &ServerVersion) -> Key {
    Key { pk: server(name), sk: format!("{VERSION_PREFIX}{version}") }
}

pub(super) fn change_partition(serial: Serial) -> String {
    format!("CHANGES#{:017}", serial.0 / CHANGES_PER_PARTITION)
}

/// The last serial whose change lies in the same partition.
pub(super) fn last_of_partition(serial: Serial) -> Serial {
    Serial(serial.0 / CHANGES_PER_PARTITION * CHANGES_PER_PARTITION + (CHANGES_PER_PARTITION - 1))
}

pub(super) fn change(serial: Serial) -> Key {
    Key { pk: change_partition(serial), sk: change_sort(serial) }
}

pub(super) fn change_sort(serial: Serial) -> String {
    format!("{:020}", serial.0)
}

/// A URL may be longer than a key may be, hence the hash.
pub(super) fn remote(url: &str) -> Key {
    Key { pk: format!("REMOTE#{}", hex::encode(Sha256::digest(url))), sk: "CLAIM".to_owned() }
}

pub(super) fn source(name: &str) -> Key {
    Key { pk: format!("SOURCE#{name}"), sk: "STATUS".to_owned() }
}

/// The hash because of its length, and because nobody who reads the table has to know who logged in.
pub(super) fn used_proof(proof: &str) -> Key {
    Key { pk: format!("PROOF#{}", hex::encode(Sha256::digest(proof))), sk: "USED".to_owned() }
}

/// The first of all names that look like this one.
pub(super) fn lookalike(name: &ServerName) -> Key {
    Key { pk: format!("LOOKALIKE#{}", crate::model::skeleton(name.as_str())), sk: "FIRST".to_owned() }
}

/// `month` as `2026-11`.
pub(super) fn audit_month(month: &str) -> String {
    format!("AUDIT#{month}")
}

pub(super) fn audit_of(namespace: &str) -> String {
    format!("AUDIT-OF#{namespace}")
}

pub(super) fn audit_sort(at: Timestamp, id: &str) -> String {
    format!("{}#{id}", audit_time(at))
}

/// What the sort keys of audit records of a moment begin with. Nothing is recorded before 1970.
pub(super) fn audit_time(at: Timestamp) -> String {
    format!("{:020}", at.as_micros().max(0))
}

/// The hash, because an address or an identity need not be readable here, and for its length.
pub(super) fn count(what: &str, window: i64) -> Key {
    Key { pk: format!("COUNT#{}", hex::encode(Sha256::digest(what))), sk: format!("{window:020}") }
}

pub(super) fn count_of_month(what: &str, now: Timestamp) -> Key {
    let month = now.to_string().chars().take("2026-11".len()).collect();
    Key { pk: count(what, 0).pk, sk: month }
}

/// What binds a namespace to its owner.
#[must_use]
pub fn namespace(namespace: &Namespace) -> Key {
    Key { pk: namespace_partition(namespace), sk: HEAD_SK.to_owned() }
}

/// Partition of a namespace, its members and its invitations.
#[must_use]
pub fn namespace_partition(namespace: &Namespace) -> String {
    format!("NAMESPACE#{}", namespace.key())
}

/// What sort keys of members begin with.
pub const MEMBER_PREFIX: &str = "MEMBER#";
/// What sort keys of invitations begin with.
pub const INVITATION_PREFIX: &str = "INVITATION#";
/// What sort keys of somebody's domain claims begin with.
pub const DOMAIN_PREFIX: &str = "DOMAIN#";

/// A member, as the namespace has it.
#[must_use]
pub fn member(namespace: &Namespace, identity: &Identity) -> Key {
    Key { pk: namespace_partition(namespace), sk: format!("{MEMBER_PREFIX}{identity}") }
}

/// An invitation, as the namespace has it. `handle` is in lower case where case does not count.
#[must_use]
pub fn invitation(namespace: &Namespace, handle: &str) -> Key {
    Key { pk: namespace_partition(namespace), sk: format!("{INVITATION_PREFIX}{handle}") }
}

/// Partition of what somebody has: memberships and domain claims.
#[must_use]
pub fn identity_partition(identity: &Identity) -> String {
    format!("IDENTITY#{identity}")
}

/// A membership, as its holder has it.
#[must_use]
pub fn membership(identity: &Identity, namespace: &Namespace) -> Key {
    Key { pk: identity_partition(identity), sk: format!("{MEMBER_PREFIX}{}", namespace.key()) }
}

/// Somebody's claim of a domain, which is in its canonical form.
#[must_use]
pub fn domain_claim(identity: &Identity, domain: &str) -> Key {
    Key { pk: identity_partition(identity), sk: format!("{DOMAIN_PREFIX}{domain}") }
}

/// Partition of the invitations that wait for somebody.
#[must_use]
pub fn handle_partition(handle: &str) -> String {
    format!("HANDLE#{handle}")
}

/// An invitation, as the invited has it.
#[must_use]
pub fn invitation_of(handle: &str, namespace: &Namespace) -> Key {
    Key { pk: handle_partition(handle), sk: format!("{INVITATION_PREFIX}{}", namespace.key()) }
}

/// Partition of all domains that somebody holds.
pub const DOMAINS: &str = "DOMAINS";

/// Who holds a domain, which is in its canonical form.
#[must_use]
pub fn domain_holder(domain: &str) -> Key {
    Key { pk: DOMAINS.to_owned(), sk: domain.to_owned() }
}

/// A browser login on its way. The hash: whoever reads the table cannot take a login over.
#[must_use]
pub fn login(state: &str) -> Key {
    Key { pk: format!("LOGIN#{}", hex::encode(Sha256::digest(state))), sk: "LOGIN".to_owned() }
}

/// A browser session: one family of refresh tokens.
#[must_use]
pub fn session(family: &str) -> Key {
    Key { pk: format!("SESSION#{family}"), sk: "SESSION".to_owned() }
}

/// The key set of an issuer of identity tokens.
#[must_use]
pub fn key_set(issuer: &str) -> Key {
    Key { pk: format!("KEYSET#{}", hex::encode(Sha256::digest(issuer))), sk: "KEYS".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn change_keys_sort_as_serials() {
        let serials = [0, 1, 9, 10, 999, 1000, 1001, 999_999, u64::MAX];
        let keys: Vec<_> = serials.iter().map(|&s| change(Serial(s))).map(|key| (key.pk, key.sk)).collect();
        assert!(keys.is_sorted());
        assert_eq!(last_of_partition(Serial(1000)), Serial(1999));
    }

    #[test]
    fn the_longest_version_fits_a_sort_key() {
        let version_text: ServerVersion = "𝟙".repeat(255).parse().unwrap();
        let key = version(&"aa/bb".parse().unwrap(), &version_text);
        assert!(key.sk.len() <= 1024);
    }
}
