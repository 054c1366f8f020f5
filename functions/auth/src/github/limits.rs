//! Every limit for questions to GitHub. Sizes are bytes unless the name says otherwise.

/// Longest time for a connection, in seconds.
pub(super) const CONNECT_SECONDS: u64 = 3;
/// Longest time for one answer, in seconds.
pub(super) const ANSWER_SECONDS: u64 = 8;
/// Longest time for all answers of one login, in seconds: a gateway hangs up after thirty.
pub(super) const LOGIN_SECONDS: u64 = 20;
/// Largest description of an account; those of today have 3 KB.
pub(super) const ACCOUNT_BYTES: usize = 64 * 1024;
/// Largest page of memberships; a hundred of today have 250 KB.
pub(super) const PAGE_BYTES: usize = 2 * 1024 * 1024;
/// Memberships of a page (the most that GitHub gives).
pub(super) const PAGE: usize = 100;
/// Most pages of memberships (official registry).
pub(super) const PAGES: usize = 100;
/// Longest token. Those of today have at most some hundred characters.
pub(super) const TOKEN_BYTES: usize = 4096;
/// Longest piece of GitHub's answers that a message repeats, in characters.
pub(super) const ECHO_CHARS: usize = 500;
