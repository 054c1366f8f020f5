//! What holds for any input of the parsers that strangers reach: each function reads bytes with the real parser and panics
//! if something does not hold. The fuzz targets call them with whatever they find, the tests of this crate with mutations of
//! the same seeds.
//!
//! | function | parser |
//! |---|---|
//! | [`publish_body()`] | the body of a publish |
//! | [`cursor()`] | the query of a list, with its cursor |
//! | [`search()`] | the query of a ranked search, with its cursor |
//! | [`proof()`] | a login by domain: domain, time, signature and record |
//! | [`path()`] | the path of any request |
#![expect(clippy::expect_used, clippy::panic, reason = "a property that does not hold is told by a panic")]

mod cursor;
mod path;
mod proof;
mod publish_body;
mod search;

pub use cursor::cursor;
pub use path::path;
pub use proof::proof;
pub use publish_body::publish_body;
// There is a crate of this name too.
pub use self::search::search;
