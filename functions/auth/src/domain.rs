//! Domain names, in one form.

pub use registry_domain::{Domain, InvalidDomain};
