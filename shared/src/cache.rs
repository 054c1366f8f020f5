//! How long an answer may be kept: one type, rendered in one place, `no-store` where nothing is said.

use http::{HeaderValue, StatusCode, header};

/// The cache policy of an answer. Handlers attach it as a response extension and never write the header themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CachePolicy {
    /// Never kept. Health, errors, and whatever says nothing.
    #[default]
    NoStore,
    /// Changes with any publish: lists, all versions of a server, `latest`.
    Catalogue,
    /// One exact version: only its status and its latest flag still move.
    Version,
    /// Changes with a release of Berth only.
    Document,
    /// Never changes: the path has the content's hash.
    Immutable,
}

/// What an object of the bucket says too, which the CDN hands out as it is.
pub(crate) const IMMUTABLE: &str = "public, max-age=31536000, immutable";

impl CachePolicy {
    /// The header's value. Clients revalidate what may move (an answer costs them a 304); the CDN keeps it for a short
    /// while, answers from it while it fetches anew, and lives on it while the origin is down.
    #[must_use]
    pub fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::NoStore => "no-store",
            Self::Catalogue => "public, max-age=0, s-maxage=30, stale-while-revalidate=60, stale-if-error=86400",
            Self::Version => "public, max-age=60, s-maxage=300, stale-while-revalidate=600, stale-if-error=86400",
            Self::Document => "public, max-age=300, s-maxage=3600, stale-if-error=86400",
            Self::Immutable => IMMUTABLE,
        })
    }

    /// Writes the header, and takes the validator from errors: an error must not be revalidated into a success.
    pub(crate) fn apply(response: &mut axum::response::Response) {
        let is_kept = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
        let policy = response.extensions().get::<Self>().copied().filter(|_| is_kept).unwrap_or_default();
        response.headers_mut().insert(header::CACHE_CONTROL, policy.header());
        if !is_kept {
            response.headers_mut().remove(header::ETAG);
        }
    }
}
