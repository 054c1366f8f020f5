//! The routes, through the edge, on embedded stores. The modules mirror the URLs.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops where it fails")]

mod edge;
mod openapi;
mod policy;
mod servers;
mod service;
