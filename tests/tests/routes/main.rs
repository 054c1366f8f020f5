//! The routes, through the edge, on embedded stores. The modules mirror the URLs.

mod edge;
#[cfg(test)]
mod histories;
mod openapi;
#[cfg(test)]
mod policy;
#[cfg(test)]
mod publish;
#[cfg(test)]
mod servers;
mod service;
#[cfg(test)]
mod validate;
