//! What holds for any input of the parsers that strangers reach: each function reads bytes with the real parser and panics
//! if something does not hold. The fuzz targets call them with whatever they find, the tests of this crate with mutations of
//! the same seeds.
//!
//! | function | parser |
//! |---|---|
//! | [`publish_body()`] | the body of a publish |
//! | [`cursor()`] | the query of a list, with its cursor |
//! | [`proof()`] | a login by domain: domain, time, signature and record |
//! | [`path()`] | the path of any request |
#![expect(clippy::expect_used, clippy::panic, reason = "a property that does not hold is told by a panic")]

mod cursor;
mod path;
mod proof;
mod publish_body;

pub use cursor::cursor;
pub use path::path;
pub use proof::proof;
pub use publish_body::publish_body;
