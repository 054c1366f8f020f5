//! A mirror is never wrong: whatever the network does, whoever stands in it, and whenever the process ends.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod attacks;
mod elsewhere;
mod faults;
mod keys;
mod served;
mod upstream;
