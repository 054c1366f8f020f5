//! The routes, through the edge, on embedded stores. The modules mirror the URLs.

mod edge;
mod histories;
mod openapi;
mod policy;
mod publish;
mod servers;
mod service;
mod validate;
