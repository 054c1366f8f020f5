//! The files that anybody may have: exports and changes.

use std::fmt;
use std::str::FromStr;

use bytes::Bytes;

use super::{Objects, SnapshotError};

/// The path of a file below the registry's URL, in its bucket, and in the directory of a mirror: `exports/…` or `changes/…`,
/// then the SHA-256 of what it holds unpacked, then a name. Nothing else is a key, so none leads to another object or out of
/// the directory. Names are not fixed: a mirror takes the files of a registry that calls them otherwise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileKey(String);

/// The text names neither an export nor a file of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected exports/<sha256>/<name> or changes/<sha256>/<name>, the name of letters, digits, '.', '-' and '_'")]
pub struct InvalidFileKey;

/// Longest name: with prefix and hash before it, it is one name of a file while a mirror fetches it.
const NAME_BYTES: usize = 100;

impl FileKey {
    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The hash of the content, in hex.
    #[must_use]
    pub fn sha256(&self) -> &str {
        self.0.split('/').nth(1).unwrap_or_default()
    }

    /// What the file is, as its name says.
    #[must_use]
    pub fn content_type(&self) -> &'static str {
        let packed = self.content_encoding().is_some();
        let name = if packed { self.0.rsplit_once('.').map_or("", |(name, _)| name) } else { &self.0 };
        match name.rsplit_once('.') {
            Some((_, "json")) => "application/json",
            Some((_, "ndjson")) => NDJSON,
            _ => "application/octet-stream",
        }
    }

    /// How it is stored, as its name says.
    #[must_use]
    pub fn content_encoding(&self) -> Option<&'static str> {
        match self.0.rsplit_once('.') {
            Some((_, "gz")) => Some("gzip"),
            Some((_, "br")) => Some("br"),
            _ => None,
        }
    }
}

impl FromStr for FileKey {
    type Err = InvalidFileKey;

    fn from_str(text: &str) -> Result<Self, InvalidFileKey> {
        let mut parts = text.split('/');
        let (Some("exports" | "changes"), Some(hash), Some(name), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(InvalidFileKey);
        };
        let is_hash = hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let is_name = !name.starts_with('.')
            && (1..=NAME_BYTES).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
        if is_hash && is_name { Ok(Self(text.to_owned())) } else { Err(InvalidFileKey) }
    }
}

impl fmt::Display for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A line of JSON each; the name that most give it.
pub(super) const NDJSON: &str = "application/x-ndjson";

impl Objects {
    /// A file as it is stored, or `None` when there is none.
    ///
    /// # Errors
    /// When the bucket cannot be read.
    pub async fn file(&self, key: &FileKey) -> Result<Option<Bytes>, SnapshotError> {
        Ok(self.get(key.as_str()).await?.map(|object| object.bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn a_name_says_what_the_file_is() {
        for (key, content_type, encoding) in [
            (format!("exports/{HASH}/servers.json.gz"), "application/json", Some("gzip")),
            (format!("exports/{HASH}/servers.json.br"), "application/json", Some("br")),
            (format!("exports/{HASH}/servers.ndjson.gz"), NDJSON, Some("gzip")),
            (format!("changes/{HASH}/1-1000.ndjson.br"), NDJSON, Some("br")),
            (format!("changes/{HASH}/1-1000.ndjson"), NDJSON, None),
            (format!("exports/{HASH}/servers.zst"), "application/octet-stream", None),
            (format!("exports/{HASH}/gz"), "application/octet-stream", None),
        ] {
            let parsed: FileKey = key.parse().unwrap();
            assert_eq!((parsed.content_type(), parsed.content_encoding()), (content_type, encoding), "{key}");
            assert_eq!((parsed.as_str(), parsed.sha256()), (&*key, HASH));
        }
    }

    #[test]
    fn no_key_leads_elsewhere() {
        for wrong in [
            "pointer.json".to_owned(),
            format!("blocks/{HASH}"),
            format!("index/{HASH}/servers.json.gz"),
            format!("mirror/{HASH}/state.json"),
            format!("v0.1/{HASH}/servers"),
            format!("/exports/{HASH}/servers.json.gz"),
            format!("exports/{HASH}/servers.json.gz/"),
            format!("exports/{HASH}/../pointer.json.gz"),
            format!("exports/{HASH}/.."),
            format!("exports/{HASH}/.x"),
            format!("exports/{HASH}/"),
            format!("exports/{HASH}"),
            "exports/../pointer.json".to_owned(),
            format!("exports/../{HASH}/x"),
            format!("exports/{HASH}/a\\b"),
            format!("exports/{HASH}/a%2fb"),
            format!("exports/{HASH}/a b"),
            format!("exports/{HASH}/a\0"),
            format!("exports/{HASH}/{}", "x".repeat(NAME_BYTES + 1)),
            format!("exports/{}/servers.json.gz", &HASH[1..]),
            format!("exports/{}/servers.json.gz", HASH.to_uppercase()),
            String::new(),
        ] {
            assert_eq!(wrong.parse::<FileKey>(), Err(InvalidFileKey), "{wrong}");
        }
    }
}
