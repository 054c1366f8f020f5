//! The routes from the outside: a table, a name server and a web server answer over loopback.

#[cfg(test)]
mod auth;
#[cfg(test)]
mod name_server;
#[cfg(test)]
mod registry;
#[cfg(test)]
mod signer;
#[cfg(test)]
mod table;
#[cfg(test)]
mod web_server;
#[cfg(test)]
mod well_known;
