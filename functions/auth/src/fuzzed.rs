//! What fuzzing reaches of a proof.

use registry::time::Timestamp;

use crate::body::SignatureLogin;
use crate::proof::{Claim, ProofKey, ProofRecord};

/// A key that a record names.
#[derive(Debug)]
pub struct Key(ProofKey);

impl Key {
    /// The key of the first record in `text`; `None` if there is none that can be used.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        ProofRecord::find(text)?.key().ok().map(Self)
    }

    /// Algorithm and key, parted by a colon.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.to_string()
    }

    /// Whether the holder of the private key signed `message`.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify(message, signature)
    }
}

/// Reads a login at the time `now` and looks for its signer among the first record of each of `texts`.
///
/// # Errors
/// The refusal's text.
pub fn login([domain, timestamp, signed_timestamp]: [&str; 3], now: Timestamp, texts: &[&str]) -> Result<Key, String> {
    let [domain, timestamp, signed_timestamp] = [domain, timestamp, signed_timestamp].map(str::to_owned);
    let claim = Claim::parse(SignatureLogin { domain, timestamp, signed_timestamp }, now);
    let signer = claim.and_then(|claim| claim.signer(texts.iter().filter_map(|text| ProofRecord::find(text))));
    signer.map(Key).map_err(|refusal| refusal.to_string())
}
