//! The real binaries of the functions, started against a Runtime API, with the events that AWS sends.
//!
//! Stores are the embedded ones on a loopback port; the catalogue comes in through the `sync` binary, as in production.

mod binaries;
mod event;
mod fixture;

mod get_server;
mod large;
mod list_servers;
mod logs;
mod start;
mod sync;
