//! Telling a CDN what is outdated.

mod cloudfront;

use std::collections::BTreeSet;
use std::fmt;
use std::pin::Pin;

use crate::cache::Tag;

pub use cloudfront::CloudFront;

/// A purge that is on its way.
pub type PurgeFuture<'a> = Pin<Box<dyn Future<Output = Result<(), PurgeError>> + Send + 'a>>;

/// Takes answers out of a CDN, and can do nothing else there.
pub trait Purge: fmt::Debug + Send + Sync {
    /// Drops all answers with any of `tags`. A call that is repeated with the same `reference` and tags is one call, and is
    /// paid for once.
    fn purge<'a>(&'a self, tags: &'a BTreeSet<Tag>, reference: &'a str) -> PurgeFuture<'a>;
}

/// The CDN was not told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot purge {tags} tags from distribution {distribution}: {message}")]
pub struct PurgeError {
    /// How many tags.
    pub tags: usize,
    /// Where.
    pub distribution: String,
    /// What the CDN said, or what came in between.
    pub message: String,
}
