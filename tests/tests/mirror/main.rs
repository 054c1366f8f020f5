//! A mirror is never wrong: whatever the network does, whoever stands in it, and whenever the process ends.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot go on has to stop and say why"
)]

mod attacks;
mod elsewhere;
mod faults;
mod keys;
mod served;
mod upstream;
