//! Conditional requests to the embedded S3, which s3s-fs does not honour for reads.

use http::{HeaderMap, header};
use s3s::dto::{ETag, ETagCondition};
use s3s::{S3Result, s3_error};

/// `If-Match` and `If-None-Match`.
pub(super) struct Conditions {
    matches: Option<ETagCondition>,
    differs: Option<ETagCondition>,
}

impl Conditions {
    pub(super) fn new(matches: Option<ETagCondition>, differs: Option<ETagCondition>) -> Self {
        Self { matches, differs }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.matches.is_none() && self.differs.is_none()
    }

    pub(super) fn check_read(&self, etag: Option<&ETag>) -> S3Result<()> {
        self.check_match(etag)?;
        if self.is_excluded(etag) {
            let mut error = s3_error!(NotModified);
            let mut headers = HeaderMap::new();
            headers.extend(etag.and_then(|etag| etag.to_http_header().ok()).map(|etag| (header::ETAG, etag)));
            error.set_headers(headers);
            return Err(error);
        }
        Ok(())
    }

    pub(super) fn check_write(&self, etag: Option<&ETag>) -> S3Result<()> {
        self.check_match(etag)?;
        if self.is_excluded(etag) {
            return Err(s3_error!(PreconditionFailed, "the object exists"));
        }
        Ok(())
    }

    fn check_match(&self, etag: Option<&ETag>) -> S3Result<()> {
        match (&self.matches, etag) {
            (None, _) | (Some(ETagCondition::Any), Some(_)) => Ok(()),
            (Some(ETagCondition::ETag(wanted)), Some(etag)) if wanted.strong_cmp(etag) => Ok(()),
            (Some(_), Some(_)) => Err(s3_error!(PreconditionFailed, "the object has another ETag")),
            (Some(_), None) => Err(s3_error!(NoSuchKey)),
        }
    }

    fn is_excluded(&self, etag: Option<&ETag>) -> bool {
        match (&self.differs, etag) {
            (Some(ETagCondition::Any), Some(_)) => true,
            (Some(ETagCondition::ETag(unwanted)), Some(etag)) => unwanted.weak_cmp(etag),
            _ => false,
        }
    }
}
