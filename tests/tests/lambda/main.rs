//! The real binaries of the functions, started against a Runtime API, with the events that AWS sends.
//!
//! Stores are the embedded ones on a loopback port; the catalogue comes in through the `sync` binary, as in production.

#[cfg(test)]
mod binaries;
#[cfg(test)]
mod event;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod name_server;
#[cfg(test)]
mod publisher;
#[cfg(test)]
mod secret_store;

#[cfg(test)]
mod auth;
#[cfg(test)]
mod change;
#[cfg(test)]
mod get_server;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod injection;
#[cfg(test)]
mod large;
#[cfg(test)]
mod list_servers;
#[cfg(test)]
mod logs;
#[cfg(test)]
mod metrics;
#[cfg(test)]
mod publish;
#[cfg(test)]
mod secret;
#[cfg(test)]
mod start;
#[cfg(test)]
mod sync;
