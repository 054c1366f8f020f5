//! Signs snapshots, and reads what was signed.
//!
//! A snapshot is signed with the keys of the tokens, so that there is one set of keys to publish and to change. The type in
//! the header keeps the two apart: a token says `JWT`, and neither is taken for the other.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, Header, crypto};
use registry::limits;
use registry::snapshot::{Seal, SnapshotError};

use crate::keys::{SigningKeys, VerifyingKeys};
use crate::provider;
use crate::verify::{TokenError, header};

/// `typ` of a signed snapshot.
pub const SNAPSHOT_TYPE: &str = "berth-snapshot+jws";

impl Seal for SigningKeys {
    fn seal(&self, text: &str) -> Result<String, SnapshotError> {
        let header = Header { typ: Some(SNAPSHOT_TYPE.to_owned()), kid: self.kid(), ..Header::new(Algorithm::EdDSA) };
        let failed =
            |message: String| SnapshotError::Call { operation: "sign", key: "the snapshot".to_owned(), message };
        let header = serde_json::to_vec(&header).map_err(|error| failed(error.to_string()))?;
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(text));
        provider::install();
        let signature = crypto::sign(message.as_bytes(), self.first(), Algorithm::EdDSA);
        Ok(format!("{message}.{}", signature.map_err(|error| failed(error.to_string()))?))
    }
}

impl VerifyingKeys {
    /// The text that was signed: of a snapshot with a signature, all that may be believed.
    ///
    /// # Errors
    /// When one of these keys did not sign it as a snapshot.
    pub fn verify_snapshot(&self, signature: &str) -> Result<String, TokenError> {
        let header = header(signature, limits::SNAPSHOT_DOCUMENT_BYTES)?;
        if header.typ.as_deref() != Some(SNAPSHOT_TYPE) {
            return Err(TokenError::Type(header.typ.unwrap_or_default()));
        }
        let kid = header.kid.ok_or(TokenError::UnknownKey)?;
        let key = self.candidates(Some(&kid)).next().ok_or(TokenError::UnknownKey)?;
        let (message, signature) = signature.rsplit_once('.').ok_or(TokenError::Segments)?;
        provider::install();
        if !crypto::verify(signature, message.as_bytes(), key, Algorithm::EdDSA).unwrap_or(false) {
            return Err(TokenError::Signature);
        }
        let malformed = |reason: String| TokenError::Malformed { part: "decode the snapshot", reason };
        let payload = message.split_once('.').ok_or(TokenError::Segments)?.1;
        let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|error| malformed(error.to_string()))?;
        String::from_utf8(payload).map_err(|error| malformed(error.to_string()))
    }
}

#[cfg(test)]
mod tests;
