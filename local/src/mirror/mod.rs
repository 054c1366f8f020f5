//! A mirror's directory, served: every query of the API, and the files for other mirrors. Nothing can be changed there.

mod base;
mod files;
mod history;
mod refuse;
mod serve;

pub use base::MirrorError;
pub use serve::{Following, MirrorEvent, MirrorOptions, serve_mirror};
