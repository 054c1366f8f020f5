//! The routes from the outside: a table, name servers, a web server and Route 53 answer over loopback.

#[cfg(test)]
mod access;
#[cfg(test)]
mod check;
#[cfg(test)]
mod claim;
#[cfg(test)]
mod emulator;
#[cfg(test)]
mod file;
#[cfg(test)]
mod hosted;
#[cfg(test)]
#[allow(dead_code, reason = "another crate's tests use the rest")]
#[path = "../../../../shared/domain/tests/domains/name_server.rs"]
mod name_server;
#[cfg(test)]
mod registry;
#[cfg(test)]
#[allow(dead_code, reason = "another crate's tests use the rest")]
#[path = "../../../../shared/domain/tests/domains/table.rs"]
mod table;
#[cfg(test)]
mod web_server;
