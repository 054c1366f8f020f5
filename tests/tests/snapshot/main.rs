//! Snapshots: the same state gives the same bytes, whole or not at all.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops where it fails"
)]

mod corrupt;
mod faults;
mod incremental;
