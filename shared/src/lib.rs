//! The common crate of Berth.
//!
//! | module | its one job |
//! |---|---|
//! | [`model`] | names, versions, `server.json`, and how they are rendered |
//! | [`store`] | the truth: DynamoDB, one table, one serial |
//! | [`snapshot`] | the derived form in S3: blocks, index, pointer, exports |
//! | [`search`] | ranked search: words, facets, scores |
//! | [`catalogue`] | what reads answer from: the snapshot, overlaid with the changes since |
//! | [`answers`] | what was rendered before |
//! | [`edge`] | what every HTTP answer goes through |
//! | [`error`], [`cache`] | problem+json, and how long an answer may be kept |
//! | [`cdn`] | telling a CDN what is outdated |
//! | [`telemetry`] | logs, and the numbers that they carry |
//! | [`json`] | strict JSON |
//! | [`identity`] | who somebody is, and namespaces |
//! | [`config`], [`aws`] | the environment of a function, and its clients |
//! | [`limits`] | every limit, in one place |
//! | [`time`] | times as the official API writes them |

pub mod answers;
pub mod aws;
pub mod cache;
pub mod catalogue;
pub mod cdn;
pub mod config;
pub mod edge;
pub mod error;
pub mod identity;
pub mod json;
pub mod limits;
pub mod model;
pub mod search;
pub mod snapshot;
pub mod store;
pub mod telemetry;
pub mod time;

pub use store::error_chain;
