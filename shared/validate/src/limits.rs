//! How much is said of one document. A body of 1 MiB can be wrong in 100,000 places; the answer must not grow with it.

/// Most errors that [`crate::structure()`] and [`crate::check`] report.
pub const ERRORS: usize = 100;
/// Largest value, as JSON, that an error quotes.
pub const QUOTED_BYTES: usize = 16 * 1024;
/// Most issues that [`crate::semantic()`] and [`crate::validate`] report.
pub const ISSUES: usize = 1_000;
/// Largest publisher-provided block, as [`crate::publisher_meta_bytes`] counts (official API).
pub const PUBLISHER_META_BYTES: usize = 4 * 1024;
