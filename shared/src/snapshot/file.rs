//! Which objects of the bucket anybody may have.

use std::str::FromStr;

use bytes::Bytes;

use super::{Objects, SnapshotError};

/// The key of an export or of a file of changes, which is its path below the registry's URL too. No other key is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileKey {
    key: String,
    /// What the file is.
    pub content_type: &'static str,
    /// How it is stored.
    pub content_encoding: &'static str,
}

/// The text names neither an export nor a file of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected exports/<sha256>/servers.json.gz, changes/<sha256>/<first>-<last>.ndjson.gz, or one like them")]
pub struct InvalidFileKey;

impl FileKey {
    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.key
    }

    /// The hash of the content, in hex.
    #[must_use]
    pub fn sha256(&self) -> &str {
        self.key.split('/').nth(1).unwrap_or_default()
    }
}

impl FromStr for FileKey {
    type Err = InvalidFileKey;

    fn from_str(text: &str) -> Result<Self, InvalidFileKey> {
        let mut parts = text.split('/');
        let (Some(prefix), Some(hash), Some(name), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(InvalidFileKey);
        };
        let is_hash = hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let (name, content_encoding) = match name.rsplit_once('.') {
            Some((name, "gz")) => (name, "gzip"),
            Some((name, "br")) => (name, "br"),
            _ => return Err(InvalidFileKey),
        };
        let is_serial = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let content_type = match (prefix, name.split_once('.')) {
            ("exports", Some(("servers", "json"))) => "application/json",
            ("exports", Some(("servers", "ndjson"))) => NDJSON,
            ("changes", Some((serials, "ndjson"))) => match serials.split_once('-') {
                Some((first, last)) if is_serial(first) && is_serial(last) => NDJSON,
                _ => return Err(InvalidFileKey),
            },
            _ => return Err(InvalidFileKey),
        };
        if is_hash { Ok(Self { key: text.to_owned(), content_type, content_encoding }) } else { Err(InvalidFileKey) }
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

    #[test]
    fn files_are_told_from_other_objects() {
        let hash = "0123456789abcdef".repeat(4);
        let kind = |text: String| text.parse::<FileKey>().map(|key| (key.content_type, key.content_encoding));
        assert_eq!(kind(format!("exports/{hash}/servers.json.gz")), Ok(("application/json", "gzip")));
        assert_eq!(kind(format!("exports/{hash}/servers.ndjson.gz")), Ok((NDJSON, "gzip")));
        assert_eq!(kind(format!("changes/{hash}/1-1000.ndjson.br")), Ok((NDJSON, "br")));
        assert_eq!(format!("changes/{hash}/1-2.ndjson.gz").parse::<FileKey>().unwrap().sha256(), hash);
        for wrong in [
            "pointer.json".to_owned(),
            format!("blocks/{hash}"),
            format!("index/{hash}/servers.json.gz"),
            format!("exports/{hash}/servers.json"),
            format!("exports/{hash}/../pointer.json.gz"),
            "exports/../pointer.json".to_owned(),
            format!("exports/{}/servers.json.gz", &hash[1..]),
            format!("exports/{}/servers.json.gz", hash.to_uppercase()),
            format!("exports/{hash}/pointer.json.gz"),
            format!("/exports/{hash}/servers.json.gz"),
            format!("exports/{hash}/servers.json.gz/"),
            format!("changes/{hash}/servers.json.gz"),
            format!("changes/{hash}/1-.ndjson.gz"),
            format!("changes/{hash}/..-1.ndjson.gz"),
            String::new(),
        ] {
            assert_eq!(kind(wrong.clone()), Err(InvalidFileKey), "{wrong}");
        }
    }
}
