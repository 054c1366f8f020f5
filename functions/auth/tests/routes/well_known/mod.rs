//! `/.well-known/*`

mod jwks;
