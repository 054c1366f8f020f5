//! All functions in one process, on embedded stores.

mod access;
pub mod embedded;
mod environment;
mod files;
mod listen;
mod metrics;
mod mirror;
mod routes;
mod serve;
mod spans;
mod stores;

pub use access::{Access, AccessError};
pub use environment::EnvironmentError;
pub use mirror::{Following, MirrorError, MirrorEvent, MirrorOptions, serve_mirror};
pub use publish::Policy;
pub use routes::{Services, documented, edge};
pub use serve::{Event, Import, ServeError, ServeOptions, serve};
pub use stores::{Stores, StoresError};
