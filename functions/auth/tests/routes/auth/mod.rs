//! `/auth/*`

mod body;
mod browser;
mod cost;
mod denied;
mod dns;
mod failed_logins;
mod github_at;
mod github_oidc;
mod http;
mod me;
mod none;
mod oidc;
mod ssrf;
mod token_body;
