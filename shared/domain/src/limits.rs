//! Limits of claims and proofs, in one place.

/// Name servers that must say the same.
pub const QUORUM: usize = 2;
/// Most name servers of a zone that are asked.
pub const ZONE_SERVERS: usize = 8;
/// Longest time for finding and asking the name servers of a zone, in seconds.
pub const ZONE_SECONDS: u64 = 8;
/// Claims that somebody may have open at a time.
pub const PENDING_CLAIMS: u32 = 20;
/// Days that a claim waits for its proof.
pub const PENDING_DAYS: u32 = 7;
/// Days that a lapsed claim is still shown.
pub const LAPSED_DAYS: u32 = 30;
/// Days that a proof counts after it was last seen, if nothing else is configured.
pub const PROOF_DAYS: u32 = 90;
/// Days within which a record that is gone must be back, if nothing else is configured.
pub const GRACE_DAYS: u32 = 3;
/// Most days of either that may be configured.
pub const DAYS_MAX: u32 = 3650;
/// Seconds after which a proof is looked at again.
pub const RECHECK_SECONDS: i64 = 86_400;
/// Proofs that are looked at again at the same time.
pub const RECHECKS_AT_ONCE: usize = 8;
/// Most proofs that one run looks at again.
pub const RECHECKS_PER_RUN: usize = 2000;
/// How often a decision is made anew because somebody else changed the domain meanwhile.
pub const DECISION_ATTEMPTS: u32 = 8;
