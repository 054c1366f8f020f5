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
pub mod conformance;
mod data;
mod faults;
mod local;
mod objects;
mod pages;
mod publisher;
pub mod runtime_api;
pub mod secrets;
mod serving;
mod table;
mod wire;

pub use answer::{Answer, Client};
pub use changes::{Version, change, server_json, time};
pub use data::hand_out;
pub use faults::{FailingBucket, Fault};
pub use local::{Registry, access};
pub use objects::Objects;
pub use pages::{listed, name_and_version, next_cursor, walk, walk_entries};
pub use publisher::{ANONYMOUS, Publisher, SCHEMA, document, signing_keys, token, version_path, with_remotes};
pub use serving::Serving;
pub use table::{Item, Table};
pub use wire::Wire;
