//! The HTTP edge that all functions share: paths, CORS, validators, compression, cache headers, and the log line.

mod cors;
pub mod gateway;
mod path;
mod query;
mod respond;
mod service;

pub use path::canonical as canonical_path;
pub use query::{Query, parse_bool};
pub use respond::{json, not_found};
pub use service::Edge;
