//! How long an answer may be kept, by whom, and what takes it out before: one type, one table, rendered in one place;
//! `no-store` where nothing is said.

mod table;
mod tag;

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

pub use table::{Row, markdown, table};
pub use tag::{HEADER as TAG_HEADER, ServerTag, Tag};

/// The cache policy of an answer. Handlers attach it as a response extension and never write the headers themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CachePolicy {
    /// Never kept. Health, errors, and whatever says nothing.
    #[default]
    NoStore,
    /// Changes with any publish: lists and searches.
    Catalogue,
    /// Changes with any publish of one server: all its versions, and `latest`.
    Server(ServerTag),
    /// One exact version of a server: only its status and its latest flag still move.
    Version(ServerTag),
    /// A server or version that is not there: the only error that is kept, and no longer than a CDN keeps an error anyway.
    Missing(ServerTag),
    /// Changes with a release of Berth only.
    Document,
    /// Never changes: the path has the content's hash.
    Immutable,
}

/// What the CDN in front does about answers that are outdated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cdn {
    /// Waits until their time is over. So does whatever else may stand in front.
    #[default]
    Waits,
    /// Is told which they are (`docs/caching.md`).
    IsTold,
}

/// How long an answer is kept, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// By clients, without asking again.
    pub client: u32,
    /// By the CDN and other shared caches.
    pub shared: u32,
    /// Beyond that, while it is fetched anew.
    pub while_revalidating: u32,
    /// Beyond that, while the registry does not answer.
    pub on_error: u32,
}

const DAY: u32 = 86_400;
const YEAR: u32 = 365 * DAY;

/// What an object of the bucket says too, which the CDN hands out as it is.
pub(crate) const IMMUTABLE: &str = "public, max-age=31536000, immutable";

impl CachePolicy {
    /// How long an answer is kept; `None`: not at all.
    ///
    /// Clients revalidate what may move (an answer costs them a 304); the CDN keeps it for a while, answers from it while it
    /// fetches anew, and lives on it while the origin is down. An exact version is kept for long where the CDN is told of its
    /// changes. An hour, because a newer version takes its latest flag, of which the CDN is not always told.
    #[must_use]
    pub fn lifetime(self, cdn: Cdn) -> Option<Lifetime> {
        let (client, shared, while_revalidating, on_error) = match (self, cdn) {
            (Self::NoStore, _) => return None,
            (Self::Catalogue | Self::Server(_), _) => (0, 30, 60, DAY),
            (Self::Version(_), Cdn::IsTold) => (60, 3_600, 600, DAY),
            (Self::Version(_), Cdn::Waits) => (60, 300, 600, DAY),
            // CloudFront keeps an error for ten seconds at least, so that fewer would be no fewer.
            (Self::Missing(_), _) => (0, 10, 0, 0),
            (Self::Document, _) => (300, 3_600, 0, DAY),
            (Self::Immutable, _) => (YEAR, YEAR, 0, 0),
        };
        Some(Lifetime { client, shared, while_revalidating, on_error })
    }

    /// What the answer is made of.
    #[must_use]
    pub fn tags(self) -> Vec<Tag> {
        match self {
            Self::NoStore | Self::Document | Self::Immutable => Vec::new(),
            Self::Catalogue => vec![Tag::Catalogue, Tag::Lists],
            Self::Server(server) | Self::Version(server) | Self::Missing(server) => {
                vec![Tag::Catalogue, Tag::Server(server)]
            }
        }
    }

    /// The value of `Cache-Control`.
    #[must_use]
    pub fn header(self, cdn: Cdn) -> HeaderValue {
        if self == Self::Immutable {
            return HeaderValue::from_static(IMMUTABLE);
        }
        let text = self.lifetime(cdn).map(|lifetime| lifetime.to_string());
        text.and_then(|text| HeaderValue::try_from(text).ok()).unwrap_or(HeaderValue::from_static("no-store"))
    }

    /// The value of [`TAG_HEADER`], if there is any tag.
    #[must_use]
    pub fn tag_header(self) -> Option<HeaderValue> {
        let tags: Vec<String> = self.tags().iter().map(Tag::to_string).collect();
        HeaderValue::try_from(tags.join(",")).ok().filter(|value| !value.is_empty())
    }

    /// Writes the headers, and takes the validator from errors: an error must not be revalidated into a success.
    pub(crate) fn apply(response: &mut Response, cdn: Cdn) {
        let status = response.status();
        let is_answer = status.is_success() || status == StatusCode::NOT_MODIFIED;
        let policy = response.extensions().get::<Self>().copied().filter(|policy| match policy {
            Self::Missing(_) => status == StatusCode::NOT_FOUND,
            _ => is_answer,
        });
        let policy = policy.unwrap_or_default();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, policy.header(cdn));
        if let Some(tags) = policy.tag_header() {
            headers.insert(TAG_HEADER, tags);
        }
        if !is_answer {
            headers.remove(header::ETAG);
        }
    }
}

impl std::fmt::Display for Lifetime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "public, max-age={}, s-maxage={}", self.client, self.shared)?;
        for (name, seconds) in [("stale-while-revalidate", self.while_revalidating), ("stale-if-error", self.on_error)]
        {
            if seconds > 0 {
                write!(f, ", {name}={seconds}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;

    use super::*;

    fn applied(status: StatusCode, policy: Option<CachePolicy>) -> (String, Option<String>, bool) {
        let mut response = status.into_response();
        response.headers_mut().insert(header::ETAG, HeaderValue::from_static("\"1\""));
        if let Some(policy) = policy {
            response.extensions_mut().insert(policy);
        }
        CachePolicy::apply(&mut response, Cdn::IsTold);
        let text = |name| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        (text(header::CACHE_CONTROL).unwrap(), text(TAG_HEADER), response.headers().contains_key(header::ETAG))
    }

    #[test]
    fn only_a_missing_server_is_an_error_that_is_kept() {
        let server = ServerTag::of("io.x/yy");
        let tags = CachePolicy::Missing(server).tag_header().unwrap().to_str().unwrap().to_owned();
        let missing = Some(CachePolicy::Missing(server));
        assert_eq!(
            applied(StatusCode::NOT_FOUND, missing),
            ("public, max-age=0, s-maxage=10".into(), Some(tags), false)
        );
        for status in [200, 304, 400, 429, 500, 503] {
            let (policy, tags, _) = applied(status.try_into().unwrap(), missing);
            assert_eq!((policy.as_str(), tags), ("no-store", None), "{status}");
        }
        let version = Some(CachePolicy::Version(server));
        for status in [404, 500, 503] {
            let (policy, tags, has_validator) = applied(status.try_into().unwrap(), version);
            assert_eq!((policy.as_str(), tags, has_validator), ("no-store", None, false), "{status}");
        }
        for status in [200, 304] {
            let (policy, _, has_validator) = applied(status.try_into().unwrap(), version);
            assert!(policy.contains("s-maxage=3600") && has_validator, "{policy}");
        }
        assert_eq!(applied(StatusCode::OK, None), ("no-store".into(), None, true));
    }

    #[test]
    fn a_cdn_that_is_not_told_keeps_nothing_for_long_that_may_move() {
        let server = ServerTag::of("io.x/yy");
        for policy in [CachePolicy::Catalogue, CachePolicy::Server(server), CachePolicy::Version(server)] {
            assert!(policy.lifetime(Cdn::Waits).unwrap().shared <= 300, "{policy:?}");
        }
    }
}
