//! One GET: redirects by our own rules, a limit on the body, and more tries where that may help.

use std::error::Error;
use std::time::Duration;

use registry::limits;
use reqwest::Response;
use reqwest::header::{HeaderMap, LOCATION};
use url::Url;

use super::body::Body;
use super::context::ReadContext;
use super::error::{Failure, SourceErrorKind};
use super::location::shown;
use super::redirect::{self, RedirectRefused};

/// What to get.
pub(super) struct Request<'a> {
    pub(super) url: &'a Url,
    pub(super) headers: HeaderMap,
    /// Most bytes of the body, decompressed.
    pub(super) cap: usize,
    /// Whether each piece is reported.
    pub(super) report: bool,
}

/// What came.
pub(super) enum Answer {
    /// 304, to a conditional request.
    NotModified,
    /// Success, with all of its body.
    Whole { headers: HeaderMap, body: Vec<u8> },
}

/// Gets a document.
pub(super) async fn get(request: &Request<'_>, context: &ReadContext) -> Result<Answer, Failure> {
    let mut tries = 1;
    loop {
        let kind = match once(request, context).await {
            Ok(answer) => return Ok(answer),
            Err(kind) => kind,
        };
        let delay = delay(tries, &kind, context);
        let Some(delay) = delay.filter(|_| tries < context.retry.tries) else {
            return Err(Failure { operation: operation(request.url), tries, kind });
        };
        tracing::warn!(url = shown(request.url), %kind, tries, delay_ms = delay.as_millis(), "trying again");
        tokio::time::sleep(delay).await;
        tries += 1;
    }
}

/// What a GET is called in messages.
pub(super) fn operation(url: &Url) -> String {
    format!("GET {}", shown(url))
}

/// How long to wait before the next try; `None` when another try is pointless.
fn delay(tries: u32, kind: &SourceErrorKind, context: &ReadContext) -> Option<Duration> {
    if !kind.is_transient() {
        return None;
    }
    let retry = context.retry;
    let backoff = retry.first_delay.saturating_mul(2_u32.saturating_pow(tries - 1)).min(retry.longest_delay);
    let backoff = backoff.mul_f64(fastrand::f64().mul_add(0.5, 0.5));
    match kind {
        SourceErrorKind::Status { retry_after: Some(seconds), .. } => {
            let asked = Duration::from_secs(*seconds);
            (asked <= retry.longest_delay).then(|| asked.max(backoff))
        }
        _ => Some(backoff),
    }
}

async fn once(request: &Request<'_>, context: &ReadContext) -> Result<Answer, SourceErrorKind> {
    let mut response = follow(request, context).await?;
    let status = response.status();
    if status == http::StatusCode::NOT_MODIFIED && !request.headers.is_empty() {
        return Ok(Answer::NotModified);
    }
    if !status.is_success() {
        let retry_after = registry_fetch::retry_after(response.headers()).map(|wait| wait.as_secs());
        return Err(SourceErrorKind::Status { status: status.as_u16(), retry_after });
    }
    let headers = std::mem::take(response.headers_mut());
    let mut body = Body::new(request.cap, response.content_length(), request.report.then_some(context))?;
    while let Some(piece) = response.chunk().await.map_err(failed)? {
        body.push(&piece)?;
    }
    Ok(Answer::Whole { headers, body: body.into_bytes() })
}

/// Sends the request, and again to where redirects lead. As soon as one leads away from what the operator named, the
/// chain may touch public addresses only, even if it comes back.
async fn follow(request: &Request<'_>, context: &ReadContext) -> Result<Response, SourceErrorKind> {
    let mut url = request.url.clone();
    let mut named = true;
    for _ in 0..=limits::SOURCE_REDIRECTS {
        let client = if named { &context.clients.named } else { &context.clients.foreign };
        let response = client.get(url.clone()).headers(request.headers.clone()).send().await.map_err(failed)?;
        if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
            return Ok(response);
        }
        let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let target = redirect::target(&url, location)?;
        named = named && redirect::same_place(request.url, &target);
        if !named {
            registry_fetch::check_literal(&target).map_err(|refused| RedirectRefused::from(&refused))?;
        }
        url = target;
    }
    Err(RedirectRefused::TooMany.into())
}

fn failed(error: reqwest::Error) -> SourceErrorKind {
    let unreachable = error.is_connect();
    // The URL may hold credentials; the innermost error says what really happened.
    let error = error.without_url();
    if let Some(refused) = registry_fetch::refusal(&error) {
        return RedirectRefused::from(refused).into();
    }
    let mut cause: &dyn Error = &error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let reason = if error.is_timeout() { "timed out".to_owned() } else { cause.to_string() };
    if unreachable { SourceErrorKind::Unreachable(reason) } else { SourceErrorKind::Interrupted(reason) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_longer_each_time_and_as_long_as_asked() {
        let context = ReadContext::new().unwrap();
        let status = |status, retry_after| SourceErrorKind::Status { status, retry_after };
        let after = |tries, kind: &SourceErrorKind| delay(tries, kind, &context).map(|delay| delay.as_secs_f64());
        assert!((0.5..=1.0).contains(&after(1, &status(503, None)).unwrap()));
        assert!((4.0..=8.0).contains(&after(4, &status(503, None)).unwrap()));
        assert_eq!(after(1, &status(429, Some(30))), Some(30.0));
        assert_eq!(after(1, &status(429, Some(3600))), None);
        assert_eq!(after(1, &status(404, None)), None);
    }
}
