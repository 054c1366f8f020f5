//! The HTTP edge that all functions share: paths, CORS, validators, compression, cache headers, and who hears of them.

mod address;
mod body;
mod cors;
mod path;
mod query;
mod request_id;
mod respond;
mod routes;
mod serial;
mod service;

pub use address::ClientAddress;
pub use body::JsonRequest;
pub use path::{canonical as canonical_path, escapes_are_valid};
pub use query::{Query, parse_bool};
pub use request_id::RequestId;
pub(crate) use respond::etag;
pub use respond::{json, not_found, problem};
pub use routes::Routes;
pub use serial::{HEADER as SERIAL_HEADER, at_serial};
pub(crate) use service::COMPRESS_ABOVE;
pub use service::Edge;
