//! Every limit of the login in a browser.

/// Seconds within which somebody comes back from GitHub.
pub(super) const LOGIN_SECONDS: i64 = 600;
/// Longest path to return to, in bytes.
pub(super) const RETURN_PATH_BYTES: usize = 2048;
/// Longest code that GitHub hands out, in bytes; today they have 20.
pub(super) const CODE_BYTES: usize = 512;
/// Largest answer to the exchange of a code.
pub(super) const EXCHANGE_BYTES: usize = 16 * 1024;
/// Most bytes of cookies that are looked at; browsers send no more than 4,096 of one.
pub(super) const COOKIE_BYTES: usize = 16 * 1024;

/// Seconds that a session lasts if nothing else is configured: a day of work.
pub(super) const SESSION_SECONDS: u32 = 12 * 3600;
/// Fewest seconds that a session may last.
pub(super) const SESSION_MIN_SECONDS: u32 = 60;
/// Most seconds that a session may last. What GitHub said at its beginning counts until its end.
pub(super) const SESSION_MAX_SECONDS: u32 = 7 * 86_400;
