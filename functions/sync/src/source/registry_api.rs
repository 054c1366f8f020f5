//! An official registry API: walked page by page, later by what changed.

use std::collections::HashSet;
use std::time::Duration;

use registry::time::Timestamp;
use reqwest::header::{DATE, HeaderMap};
use url::Url;

use super::context::{Progress, ReadContext};
use super::error::{Failure, SourceErrorKind};
use super::fetch::{self, Answer, Request};
use super::{SourceReading, SourceStatus};
use crate::format::{self, Collector, Format};

/// The largest page that the official registry serves.
const LIMIT: &str = "100";
/// How far the next walk reaches back before this one: clocks differ, and a change may become visible a little later
/// than its time says. Changes that are read twice change nothing.
const OVERLAP: Duration = Duration::from_secs(5 * 60);

pub(super) async fn read(
    endpoint: &Url,
    context: &ReadContext,
    previous: &SourceStatus,
) -> Result<SourceReading, Failure> {
    let failed = |kind| Failure::new(fetch::operation(endpoint), kind);
    let mut began = Timestamp::now();
    let mut collector = Collector::default();
    let mut cursors = HashSet::new();
    let mut cursor = None;
    let mut left = context.caps.source_bytes;
    for page in 1..=context.caps.pages {
        let url = page_url(endpoint, previous.watermark, cursor.as_deref());
        let cap = context.caps.page_bytes.min(left);
        let request = Request { url: &url, headers: HeaderMap::new(), cap, report: false };
        let of_page =
            |failure: Failure| Failure { operation: format!("{} (page {page})", failure.operation), ..failure };
        let (headers, body) = match fetch::get(&request, context).await.map_err(of_page)? {
            Answer::Whole { headers, body } => (headers, body),
            Answer::NotModified => return Err(failed(SourceErrorKind::Status { status: 304, retry_after: None })),
        };
        if page == 1 {
            began = date(&headers).unwrap_or(began);
        }
        left = left.saturating_sub(body.len());
        let next = format::read_page(&body, &mut collector)
            .map_err(|error| of_page(Failure::new(fetch::operation(endpoint), error)))?;
        (context.progress)(Progress::Entries { read: collector.count(), pages: page });
        let Some(next) = next else {
            return finish(collector, began, previous).map_err(failed);
        };
        if !cursors.insert(next.clone()) {
            return Err(failed(SourceErrorKind::Walk(format!(
                "page {page} repeats the cursor {next:?}: the list loops"
            ))));
        }
        cursor = Some(next);
    }
    Err(failed(SourceErrorKind::Walk(format!("has more than {} pages", context.caps.pages))))
}

fn finish(collector: Collector, began: Timestamp, previous: &SourceStatus) -> Result<SourceReading, SourceErrorKind> {
    let incremental = previous.watermark.is_some();
    if collector.count() == 0 && !incremental {
        return Err(SourceErrorKind::Empty);
    }
    let overlap = i64::try_from(OVERLAP.as_micros()).unwrap_or_default();
    let watermark = Timestamp::from_micros(began.as_micros().saturating_sub(overlap));
    let status = SourceStatus { watermark, ..SourceStatus::default() };
    Ok(SourceReading::Read { reading: collector.into_reading(Format::ListResponse, None), status, incremental })
}

/// The operator's own parameters stay; those of the walk replace them.
fn page_url(endpoint: &Url, since: Option<Timestamp>, cursor: Option<&str>) -> Url {
    const OURS: [&str; 4] = ["limit", "cursor", "include_deleted", "updated_since"];
    let mut url = endpoint.clone();
    let kept: Vec<_> = endpoint.query_pairs().filter(|(key, _)| !OURS.contains(&key.as_ref())).collect();
    let mut query = url.query_pairs_mut();
    query.clear().extend_pairs(kept).append_pair("limit", LIMIT);
    match since {
        Some(since) => query.append_pair("updated_since", &since.to_string()),
        // Servers that are deleted already must be known as such: an incremental walk will name them again.
        None => query.append_pair("include_deleted", "true"),
    };
    if let Some(cursor) = cursor {
        query.append_pair("cursor", cursor);
    }
    drop(query);
    url
}

fn date(headers: &HeaderMap) -> Option<Timestamp> {
    let time = registry_fetch::http_date(headers.get(DATE)?.to_str().ok()?)?;
    Timestamp::from_micros(time.as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_escape_the_cursor_and_keep_the_operators_parameters() {
        let endpoint = Url::parse("https://r.example/v0.1/servers?version=latest&limit=7").unwrap();
        assert_eq!(
            page_url(&endpoint, None, None).as_str(),
            "https://r.example/v0.1/servers?version=latest&limit=100&include_deleted=true"
        );
        let since = "2025-08-07T13:15:04.28Z".parse().unwrap();
        assert_eq!(
            page_url(&endpoint, Some(since), Some("a.b/c+d:1.0&x")).as_str(),
            "https://r.example/v0.1/servers?version=latest&limit=100&updated_since=2025-08-07T13%3A15%3A04.28Z&cursor=a.b%2Fc%2Bd%3A1.0%26x"
        );
    }
}
