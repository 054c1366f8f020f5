//! The commands for publishers, against a registry that the tests play, and once against `berth serve`.

mod delete;
mod domain;
mod end_to_end;
mod init;
mod keys;
mod login;
mod logout;
mod publish;
mod refusals;
mod registry;
mod renewal;
mod status;
mod token_file;
mod validate;
mod whoami;
