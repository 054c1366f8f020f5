//! A document behind a URL.

use reqwest::header::{ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use url::Url;

use super::context::ReadContext;
use super::error::Failure;
use super::fetch::{self, Answer, Request};
use super::{SourceReading, SourceStatus, parse};

/// Longest validator that is remembered.
const VALIDATOR_BYTES: usize = 1024;

pub(super) async fn read(url: &Url, context: &ReadContext, previous: &SourceStatus) -> Result<SourceReading, Failure> {
    let validators = [(IF_NONE_MATCH, &previous.etag), (IF_MODIFIED_SINCE, &previous.last_modified)];
    let headers = validators
        .into_iter()
        .filter_map(|(header, value)| Some((header, HeaderValue::from_str(value.as_ref()?).ok()?)))
        .collect();
    let request = Request { url, headers, cap: context.caps.source_bytes, report: true };
    match fetch::get(&request, context).await? {
        Answer::NotModified => Ok(SourceReading::Unchanged),
        Answer::Whole { headers, body } => {
            let reading = parse(body).await.map_err(|kind| Failure::new(fetch::operation(url), kind))?;
            let status = SourceStatus {
                etag: validator(&headers, &ETAG),
                last_modified: validator(&headers, &LAST_MODIFIED),
                ..SourceStatus::default()
            };
            Ok(SourceReading::Read { reading, status, incremental: false })
        }
    }
}

fn validator(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    (value.len() <= VALIDATOR_BYTES).then(|| value.to_owned())
}
