//! Harness: what the tests of this crate stand on.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot be set up has to stop and say why"
)]

mod answer;
mod changes;
mod data;
mod faults;
mod local;
mod objects;
mod pages;
pub mod runtime_api;
mod table;

pub use answer::{Answer, Client};
pub use changes::{Version, change, server_json, time};
pub use data::hand_out;
pub use faults::{FailingBucket, Fault};
pub use local::Registry;
pub use objects::Objects;
pub use pages::{listed, name_and_version, next_cursor, walk, walk_entries};
pub use table::{Item, Table};
