//! The routes from the outside: a table, a name server, a web server, GitHub and issuers answer over loopback.

#[cfg(test)]
mod auth;
#[cfg(test)]
mod github_server;
#[cfg(test)]
#[path = "../../../../shared/oidc/tests/issuer/mod.rs"]
mod issuer;
#[cfg(test)]
mod name_server;
#[cfg(test)]
mod registry;
#[cfg(test)]
mod runner;
#[cfg(test)]
mod signer;
#[cfg(test)]
mod table;
#[cfg(test)]
mod v0_1_x_dev_berth;
#[cfg(test)]
mod web_server;
#[cfg(test)]
mod well_known;
