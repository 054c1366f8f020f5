//! What the CDN is told: by which runs, how often, and what becomes of a call that fails.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]

mod at_least_once;
mod cdn;
mod cloudfront;
mod runs;
