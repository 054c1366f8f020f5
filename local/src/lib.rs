//! All functions in one process, on embedded stores.

pub mod embedded;
mod routes;
mod serve;
mod stores;

pub use routes::{documented, edge};
pub use serve::{Event, Import, ServeError, ServeOptions, serve};
pub use stores::{Stores, StoresError};
