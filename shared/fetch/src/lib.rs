//! HTTP clients for hosts outside, guarded against addresses that are not public.
//!
//! A name that a user gives may lead into the network that a function runs in. So the address is checked where it is
//! dialled, after it was resolved: a name cannot change its meaning between check and use.

mod body;
mod client;
mod headers;
mod public;

pub use body::{BodyError, read_capped};
pub use client::{ClientError, Options, Reach, client, client_of_raw_bodies};
pub use headers::{http_date, retry_after};
pub use public::{Lookup, NotPublic, SystemLookup, check_literal, is_public};

/// The refusal of an address, if that is why a request failed.
#[must_use]
pub fn refusal(error: &reqwest::Error) -> Option<&NotPublic> {
    let mut cause: &(dyn std::error::Error + 'static) = error;
    loop {
        if let Some(refused) = cause.downcast_ref::<NotPublic>() {
            return Some(refused);
        }
        cause = cause.source()?;
    }
}
