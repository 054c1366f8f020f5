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

use sha2::{Digest, Sha256};

use super::Serial;
use crate::model::{ServerName, ServerVersion};

pub(super) const PK: &str = "pk";
pub(super) const SK: &str = "sk";

/// Changes of one partition: few enough for even load, many enough that a catch-up is one query.
const CHANGES_PER_PARTITION: u64 = 1000;

/// A full primary key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub(super) pk: String,
    pub(super) sk: String,
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
