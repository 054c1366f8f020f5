//! Snapshots: the same state gives the same bytes, whole or not at all.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod corrupt;
mod faults;
mod incremental;
mod sweep;
