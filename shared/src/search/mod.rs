//! Ranked search: words in fields, weighed, with filters and facets.
//!
//! | part | its one job |
//! |---|---|
//! | [`words`] | what counts as a word |
//! | [`Document`] | what is found of a server: words by field, facets, times |
//! | [`SearchIndex`] | documents as one object of the bucket, used where it lies |
//! | [`build`](SearchIndex::build) | the next one from the previous one and what changed |
//! | [`Query`], [`find()`] | what is asked, and what answers it |
//!
//! A catalogue is searched as two segments, the snapshot's index and one of the servers that changed since. Numbers that
//! a score needs are counted over both, so where a server lies does not change where it ranks.

mod build;
mod count;
mod document;
mod expand;
mod facet;
mod find;
mod highlight;
mod index;
mod layout;
mod query;
mod score;
mod segment;
mod sieve;
mod spelling;
mod tally;
pub mod words;

pub use build::Source;
pub use document::Document;
pub use facet::Facet;
pub use find::{FacetCount, Found, Hit, find};
pub use highlight::{Highlights, Matcher};
pub use index::SearchIndex;
pub use query::{After, Filters, Query, Sort};
pub use segment::Segment;
