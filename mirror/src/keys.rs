//! Whose signature counts.

use std::path::PathBuf;

use http::header::HeaderName;
use registry::limits;
use registry_auth::{TokenError, VerifyingKeys};

use crate::directory::{Directory, paths};
use crate::document::{Document, NAME};
use crate::error::MirrorError;
use crate::remote::{Answer, Remote};

/// What makes the keys of a registry be believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    /// A JWK set from the operator. Without it, the keys that the registry shows at first count from then on.
    pub keys: Option<PathBuf>,
    /// Take the keys that the registry shows now, whatever was known before.
    pub accept_new_keys: bool,
    /// Take snapshots that are not signed, from a registry that signs none.
    pub allow_unsigned: bool,
}

/// The keys in force, and where they are from.
#[derive(Clone)]
pub(crate) struct Pinned {
    keys: Option<Keys>,
    is_given: bool,
}

#[derive(Clone)]
struct Keys {
    text: Vec<u8>,
    verifying: VerifyingKeys,
}

impl Keys {
    fn parse(text: &[u8], what: &str) -> Result<Self, MirrorError> {
        let failed = |reason: String| MirrorError::Keys { what: what.to_owned(), reason };
        let set = std::str::from_utf8(text).map_err(|error| failed(error.to_string()))?;
        let verifying = set.parse().map_err(|error: registry_auth::KeysError| failed(error.to_string()))?;
        Ok(Self { text: text.to_vec(), verifying })
    }

    /// What was signed.
    fn payload(&self, signature: &str) -> Result<Vec<u8>, MirrorError> {
        match self.verifying.verify_snapshot(signature) {
            Ok(payload) => Ok(payload.into_bytes()),
            Err(error @ TokenError::UnknownKey) => Err(MirrorError::UnknownKey(error.to_string())),
            Err(error) => Err(MirrorError::Signature(error.to_string())),
        }
    }

    fn shares_one_with(&self, other: &Self) -> bool {
        let (mine, others) = (points(&self.text), points(&other.text));
        mine.iter().any(|point| others.contains(point))
    }
}

/// The public parts of the keys of a set.
fn points(text: &[u8]) -> Vec<String> {
    #[derive(serde::Deserialize)]
    struct Set {
        keys: Vec<Key>,
    }
    #[derive(serde::Deserialize)]
    struct Key {
        x: String,
    }
    serde_json::from_slice::<Set>(text).map(|set| set.keys.into_iter().map(|key| key.x).collect()).unwrap_or_default()
}

impl Pinned {
    /// The keys that were given, else those that the directory has from before.
    pub(crate) fn open(directory: &Directory, trust: &Trust) -> Result<Self, MirrorError> {
        if let Some(path) = &trust.keys {
            let text = std::fs::read(path).map_err(MirrorError::io("read", path))?;
            let keys = Keys::parse(&text, &path.display().to_string())?;
            return Ok(Self { keys: Some(keys), is_given: true });
        }
        let text = directory.read(paths::KEYS)?.filter(|_| !trust.accept_new_keys);
        let keys = text.map(|text| Keys::parse(&text, &directory.path(paths::KEYS).display().to_string()));
        Ok(Self { keys: keys.transpose()?, is_given: false })
    }

    /// Checks a snapshot document and returns what was signed. New keys are kept only when the document holds by them.
    pub(crate) async fn check(
        &mut self,
        body: &[u8],
        remote: &Remote,
        directory: &Directory,
        trust: &Trust,
    ) -> Result<Document, MirrorError> {
        #[derive(serde::Deserialize)]
        struct Signed {
            signature: Option<String>,
        }
        let Signed { signature } = serde_json::from_slice(body).map_err(|error| MirrorError::malformed(NAME, error))?;
        let Some(signature) = signature else {
            if Document::parse(body)?.exports.is_empty() {
                return Err(MirrorError::NothingYet);
            }
            return match (&self.keys, trust.allow_unsigned) {
                (None, true) => Document::parse(body),
                (keys, _) => Err(MirrorError::Unsigned { was_signed: keys.is_some() }),
            };
        };
        let read = |payload: Vec<u8>| signed(&payload, body);
        if let Some(keys) = &self.keys {
            match keys.payload(&signature) {
                Ok(payload) => {
                    if self.is_given {
                        directory.replace_if_other(paths::KEYS, &keys.text)?;
                    }
                    return read(payload);
                }
                Err(error @ MirrorError::UnknownKey(_)) if !self.is_given => {
                    // A registry that changes its keys shows the old ones beside the new ones for a while.
                    let shown = shown(remote).await?;
                    if !remote.is_secure() || !keys.shares_one_with(&shown) {
                        return Err(error);
                    }
                    return self.take(shown, body, &signature, directory);
                }
                Err(error) => return Err(error),
            }
        }
        if !remote.is_secure() {
            return Err(MirrorError::Insecure(remote.url()));
        }
        let shown = shown(remote).await?;
        self.take(shown, body, &signature, directory)
    }

    fn take(
        &mut self,
        keys: Keys,
        body: &[u8],
        signature: &str,
        directory: &Directory,
    ) -> Result<Document, MirrorError> {
        let document = signed(&keys.payload(signature)?, body)?;
        directory.replace(paths::KEYS, &keys.text)?;
        self.keys = Some(keys);
        Ok(document)
    }

    /// Follows a registry that is about to change its keys: a set that holds a known one beside new ones replaces the one that
    /// is known, while the documents are still signed by the old key.
    pub(crate) async fn follow(&mut self, remote: &Remote, directory: &Directory) -> Result<(), MirrorError> {
        let Some(keys) = self.keys.as_ref().filter(|_| !self.is_given && remote.is_secure()) else { return Ok(()) };
        let shown = shown(remote).await?;
        if shown.text != keys.text && keys.shares_one_with(&shown) {
            directory.replace(paths::KEYS, &shown.text)?;
            self.keys = Some(shown);
        }
        Ok(())
    }
}

/// What was signed. The document around it is kept for others to read, so it has to say the same.
fn signed(payload: &[u8], body: &[u8]) -> Result<Document, MirrorError> {
    let document = Document::parse(payload)?;
    let value = |json: &[u8]| serde_json::from_slice::<serde_json::Value>(json).unwrap_or_default();
    let (signed, mut around) = (value(payload), value(body));
    if let Some(around) = around.as_object_mut() {
        around.remove("signature");
    }
    if signed != around {
        return Err(MirrorError::Signature("the document says other things than what was signed".to_owned()));
    }
    Ok(document)
}

/// The keys that the registry shows now.
async fn shown(remote: &Remote) -> Result<Keys, MirrorError> {
    let what = remote.place(paths::KEYS).map(|url| crate::remote::shown(&url))?;
    let no_conditions: [(HeaderName, &str); 0] = [];
    match remote.get(paths::KEYS, &no_conditions, limits::MIRROR_KEYS_BYTES).await? {
        Answer::Found { body, .. } => Keys::parse(&body, &what),
        Answer::NotModified => Err(MirrorError::Keys { what, reason: "the answer has no body".to_owned() }),
        Answer::Other { status, detail } => Err(MirrorError::Refused { url: what, status, detail }),
    }
}
