//! `/auth/*`

mod body;
mod dns;
mod http;
mod none;
mod ssrf;
