//! Limits of what is taken from GitHub.

/// Bytes of an answer: a few words, or a token.
pub(super) const ANSWER_BYTES: usize = 64 * 1024;

/// Longest silence of GitHub, and longest time for a whole answer.
pub(super) const ANSWER_SECONDS: u64 = 30;

/// Seconds that a code is waited for at most, whatever GitHub says; it says 900.
pub(super) const CODE_SECONDS: u64 = 30 * 60;

/// Seconds between two questions where GitHub does not say (RFC 8628, section 3.2).
pub(super) const INTERVAL_SECONDS: u64 = 5;

/// Seconds between two questions at most.
pub(super) const INTERVAL_MAX_SECONDS: u64 = 120;

/// Seconds that are added where GitHub finds the questions too many (RFC 8628, section 3.5).
pub(super) const SLOW_DOWN_SECONDS: u64 = 5;
