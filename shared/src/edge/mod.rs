//! The HTTP edge that all functions share: paths, CORS, validators, compression, cache headers, and the log line.

mod address;
mod body;
mod cors;
mod path;
mod query;
mod respond;
mod routes;
mod service;

pub use address::ClientAddress;
pub use body::JsonRequest;
pub use path::{canonical as canonical_path, escapes_are_valid};
pub use query::{Query, parse_bool};
pub use respond::{json, not_found, problem};
pub use routes::Routes;
pub use service::Edge;
