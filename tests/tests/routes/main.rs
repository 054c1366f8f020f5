//! The routes, through the edge, on embedded stores. The modules mirror the URLs.

mod edge;
#[cfg(test)]
mod files;
#[cfg(test)]
mod histories;
#[cfg(test)]
mod identities;
#[cfg(test)]
#[path = "../../../shared/domain/tests/domains/name_server.rs"]
#[expect(dead_code, reason = "shared with the tests of the crate itself, which use all of it")]
mod name_server;
mod openapi;
#[cfg(test)]
mod policy;
#[cfg(test)]
mod publish;
#[cfg(test)]
mod servers;
mod service;
#[cfg(test)]
mod v0_1_x_dev_berth;
#[cfg(test)]
mod validate;
#[cfg(test)]
mod verified_domains;
