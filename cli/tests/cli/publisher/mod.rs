//! The commands for publishers, against a registry that the tests play, and once against `berth serve`.

mod actions;
mod audit;
mod delete;
mod device_flow;
mod domain;
mod end_to_end;
mod github;
mod init;
mod keys;
mod login;
mod logout;
mod oidc;
mod owners;
mod publish;
mod refusals;
pub(crate) mod registry;
mod renewal;
mod status;
mod token_file;
mod validate;
mod verify_domain;
mod whoami;
