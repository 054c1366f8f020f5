//! What a client claims: that the key of a domain signed a time that is now.

use registry::limits;
use registry::time::Timestamp;

use super::Refusal;
use super::record::{ProofKey, ProofRecord};
use crate::body::SignatureLogin;
use crate::domain::Domain;

/// A signed time, for one domain. Whose signature it is has to be found out.
#[derive(Debug)]
pub(crate) struct Claim {
    pub(crate) domain: Domain,
    /// As it was sent: this text was signed.
    timestamp: String,
    signature: Vec<u8>,
}

/// Lengths of an Ed25519 signature, and of R and S on P-384.
const SIGNATURE_BYTES: [usize; 2] = [64, 96];

impl Claim {
    pub(crate) fn parse(login: SignatureLogin, now: Timestamp) -> Result<Self, Refusal> {
        let domain = login.domain.parse()?;
        let signed_at: Timestamp = login.timestamp.parse().map_err(|_| Refusal::TimestampFormat)?;
        if signed_at.as_micros().abs_diff(now.as_micros()) > limits::LOGIN_WINDOW_SECONDS.unsigned_abs() * 1_000_000 {
            return Err(Refusal::Window);
        }
        let signature = hex::decode(&login.signed_timestamp).map_err(|_| Refusal::SignatureFormat)?;
        if !SIGNATURE_BYTES.contains(&signature.len()) {
            return Err(Refusal::SignatureLength(signature.len()));
        }
        Ok(Self { domain, timestamp: login.timestamp, signature })
    }

    /// The key of `records` that signed.
    pub(crate) fn signer<'a>(&self, records: impl Iterator<Item = ProofRecord<'a>>) -> Result<ProofKey, Refusal> {
        let mut tried = Vec::new();
        for record in records.take(limits::PROOF_RECORDS) {
            match record.key() {
                Ok(key) if key.verify(self.timestamp.as_bytes(), &self.signature) => return Ok(key),
                Ok(key) => tried.push(key.fingerprint()),
                Err(error) => tried.push(format!("a record that cannot be used ({error})")),
            }
        }
        Err(Refusal::Mismatch(tried))
    }

    /// A text that is the same however the signature is written: its hex in capitals and the second signature that anyone
    /// can make of an ECDSA one are the same proof.
    pub(crate) fn identity(&self, signer: &ProofKey) -> String {
        format!("{} {} {signer}", self.domain, self.timestamp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-21T02:06:06Z";

    fn parsed(domain: &str, timestamp: &str, signature: &str) -> Result<Claim, String> {
        let login = SignatureLogin {
            domain: domain.to_owned(),
            timestamp: timestamp.to_owned(),
            signed_timestamp: signature.to_owned(),
        };
        Claim::parse(login, NOW.parse().unwrap()).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn the_window_is_fifteen_seconds_either_way() {
        let at = |timestamp: &str| parsed("example.com", timestamp, &"0".repeat(128)).map(drop);
        for within in [
            "2026-11-21T02:05:52Z",
            "2026-11-21T02:05:51Z",
            "2026-11-21T02:06:20Z",
            "2026-11-21T02:06:21Z",
            "2026-11-21T03:06:21+01:00",
        ] {
            assert_eq!(at(within), Ok(()), "{within}");
        }
        for outside in [
            "2026-11-21T02:05:50Z",
            "2026-11-21T02:05:50.999999Z",
            "2026-11-21T02:06:22Z",
            "2026-11-21T02:06:21.000001Z",
            "2026-11-21T02:06:06+01:00",
            "-009999-01-01T00:00:00Z",
            "9998-12-31T23:59:59Z",
            "0001-01-01T00:00:00Z",
        ] {
            let refused = at(outside).unwrap_err();
            let is_text = outside.starts_with('-');
            assert_eq!(refused.starts_with("invalid timestamp format"), is_text, "{outside}: {refused}");
            assert_eq!(refused == "timestamp outside valid window (±15 seconds)", !is_text, "{outside}: {refused}");
        }
    }

    #[test]
    fn parts_are_what_they_have_to_be() {
        let refused =
            |domain: &str, timestamp: &str, signature: &str| parsed(domain, timestamp, signature).unwrap_err();
        assert_eq!(refused("localhost", NOW, ""), "invalid domain format");
        for timestamp in ["", "now", "2026-11-21", "2026-11-21 02:06:06Z", "1795226766", "2026-11-21T02:06:06"] {
            let text = "invalid timestamp format: expected RFC 3339, such as 2026-11-21T02:06:06Z";
            assert_eq!(refused("example.com", timestamp, ""), text);
        }
        let odd = "0".repeat(127);
        for signature in ["xyz", "0x00", odd.as_str(), "é"] {
            assert_eq!(refused("example.com", NOW, signature), "invalid signature format, must be hex");
        }
        let text = "invalid signature length: 64 bytes (Ed25519) or 96 bytes (ECDSA P-384) expected, got 63";
        assert_eq!(refused("example.com", NOW, &"0".repeat(126)), text);
    }
}
