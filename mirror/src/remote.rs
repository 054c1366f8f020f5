//! Requests to the registry: limits on every body, and more tries where they may help.

use std::time::Duration;

use bytes::Bytes;
use registry_fetch::{BodyError, Options, Reach, read_capped, retry_after};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Response, StatusCode};
use url::{Host, Url};

use crate::error::MirrorError;

/// How much of an error's answer is told.
const DETAIL_CHARS: usize = 300;
/// How much of an error's answer is read.
const DETAIL_BYTES: usize = 64 * 1024;

/// How often and how soon a request is tried again.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// Most tries.
    pub tries: u32,
    /// Before the second one.
    pub first_delay: Duration,
    /// Most that is waited.
    pub longest_delay: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self { tries: 5, first_delay: Duration::from_millis(250), longest_delay: Duration::from_secs(30) }
    }
}

/// A registry that is mirrored.
#[derive(Clone, Debug)]
pub struct Remote {
    base: Url,
    documents: reqwest::Client,
    files: reqwest::Client,
    retry: Retry,
}

/// An answer that another try would not change.
pub(crate) enum Answer {
    /// 200.
    Found { headers: HeaderMap, body: Bytes },
    /// 304, to a conditional request.
    NotModified,
    /// Another status, and what its body says.
    Other { status: u16, detail: String },
}

impl Remote {
    /// The registry at a URL.
    ///
    /// # Errors
    /// When it is no http or https URL, or TLS cannot be set up.
    pub fn new(url: &str, retry: Retry) -> Result<Self, MirrorError> {
        let bad = || MirrorError::Url(url.to_owned());
        let mut base: Url = url.parse().map_err(|_| bad())?;
        if !matches!(base.scheme(), "http" | "https") || base.cannot_be_a_base() || base.query().is_some() {
            return Err(bad());
        }
        base.set_fragment(None);
        let path = format!("{}/", base.path().trim_end_matches('/'));
        base.set_path(&path);
        let options = || Options {
            reach: Reach::Named,
            user_agent: concat!("berth/", env!("CARGO_PKG_VERSION")),
            accept: "*/*",
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            timeout: Duration::from_secs(60 * 60),
            roots: Vec::new(),
        };
        let documents = registry_fetch::client(options())?;
        let files = registry_fetch::client_of_raw_bodies(options())?;
        Ok(Self { base, documents, files, retry })
    }

    /// Its URL, without what logs in there.
    #[must_use]
    pub fn url(&self) -> String {
        let mut shown = self.base.clone();
        let _ = shown.set_username("").and_then(|()| shown.set_password(None));
        shown.as_str().trim_end_matches('/').to_owned()
    }

    /// Whether nobody between here and there can stand in for it: https, or this machine.
    pub(crate) fn is_secure(&self) -> bool {
        self.base.scheme() == "https"
            || match self.base.host() {
                Some(Host::Domain(name)) => name == "localhost",
                Some(Host::Ipv4(address)) => address.is_loopback(),
                Some(Host::Ipv6(address)) => address.is_loopback(),
                None => false,
            }
    }

    /// Where `path`, which begins without a slash, is.
    pub(crate) fn place(&self, path: &str) -> Result<Url, MirrorError> {
        self.base.join(path).map_err(|_| MirrorError::Url(path.to_owned()))
    }

    /// Gets a document of at most `cap` bytes.
    pub(crate) async fn get(
        &self,
        path: &str,
        conditions: &[(HeaderName, &str)],
        cap: usize,
    ) -> Result<Answer, MirrorError> {
        let url = self.place(path)?;
        let mut headers = HeaderMap::new();
        for (name, value) in conditions {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        }
        let mut tries = 1;
        loop {
            match self.try_get(&url, &headers, cap).await {
                Ok(answer) => return Ok(answer),
                Err(Failure::Lasting(error)) => return Err(error),
                Err(Failure::Passing { reason, wait }) => self.pause(&url, reason, wait, &mut tries).await?,
            }
        }
    }

    async fn try_get(&self, url: &Url, headers: &HeaderMap, cap: usize) -> Result<Answer, Failure> {
        let mut response = self.documents.get(url.clone()).headers(headers.clone()).send().await?;
        match response.status() {
            StatusCode::OK => {
                let headers = std::mem::take(response.headers_mut());
                let body = read_capped(response, cap).await.map_err(|error| too_large(error, url, cap))?;
                Ok(Answer::Found { headers, body })
            }
            StatusCode::NOT_MODIFIED if !headers.is_empty() => Ok(Answer::NotModified),
            status => {
                passing(&response)?;
                let body = read_capped(response, DETAIL_BYTES).await.unwrap_or_default();
                Ok(Answer::Other { status: status.as_u16(), detail: detail(&body) })
            }
        }
    }

    /// Begins to get a file, from byte `offset` on where the server does that. Bodies come as they are stored.
    pub(crate) async fn open(&self, path: &str, offset: u64) -> Result<Result<Response, (u16, String)>, Failure> {
        let url = self.place(path).map_err(Failure::Lasting)?;
        let mut request = self.files.get(url);
        if offset > 0 {
            request = request.header(http::header::RANGE, format!("bytes={offset}-"));
        }
        let response = request.send().await?;
        if matches!(response.status(), StatusCode::OK | StatusCode::PARTIAL_CONTENT) {
            return Ok(Ok(response));
        }
        passing(&response)?;
        let status = response.status().as_u16();
        let body = read_capped(response, DETAIL_BYTES).await.unwrap_or_default();
        Ok(Err((status, detail(&body))))
    }

    /// Waits before the next try, or says that there is none.
    pub(crate) async fn pause(
        &self,
        url: &Url,
        reason: String,
        asked: Option<Duration>,
        tries: &mut u32,
    ) -> Result<(), MirrorError> {
        let backoff =
            self.retry.first_delay.saturating_mul(2_u32.saturating_pow(*tries - 1)).min(self.retry.longest_delay);
        let backoff = backoff.mul_f64(fastrand::f64().mul_add(0.5, 0.5));
        let wait = asked.map_or(backoff, |asked| asked.max(backoff));
        if *tries >= self.retry.tries || wait > self.retry.longest_delay {
            return Err(MirrorError::Unavailable { url: shown(url), reason, tries: *tries });
        }
        tracing::debug!(url = shown(url), reason, tries, "trying again");
        tokio::time::sleep(wait).await;
        *tries += 1;
        Ok(())
    }
}

/// Why a try failed.
pub(crate) enum Failure {
    /// Another one may go well.
    Passing { reason: String, wait: Option<Duration> },
    /// Another one would not.
    Lasting(MirrorError),
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        // The URL may hold credentials; the innermost error says what really happened.
        let error = error.without_url();
        let mut cause: &dyn std::error::Error = &error;
        while let Some(inner) = cause.source() {
            cause = inner;
        }
        let reason = if error.is_timeout() { "timed out".to_owned() } else { cause.to_string() };
        Self::Passing { reason, wait: None }
    }
}

fn passing(response: &Response) -> Result<(), Failure> {
    let status = response.status();
    if matches!(status.as_u16(), 408 | 425 | 429 | 500..=599) {
        return Err(Failure::Passing { reason: format!("answered {status}"), wait: retry_after(response.headers()) });
    }
    Ok(())
}

fn too_large(error: BodyError, url: &Url, cap: usize) -> Failure {
    match error {
        BodyError::TooLarge(_) => {
            Failure::Lasting(MirrorError::TooLarge { what: format!("the answer of {}", shown(url)), limit: cap as u64 })
        }
        BodyError::Interrupted(error) => error.into(),
    }
}

/// A URL without what logs in there.
pub(crate) fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    let _ = shown.set_username("").and_then(|()| shown.set_password(None));
    shown.into()
}

fn detail(body: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Problem {
        detail: String,
    }
    let text = match serde_json::from_slice(body) {
        Ok(Problem { detail }) => detail,
        Err(_) => String::new(),
    };
    text.chars().filter(|char| !char.is_control()).take(DETAIL_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        let remote = |url: &str| Remote::new(url, Retry::default());
        for (url, place, is_secure) in [
            ("https://a.example", "https://a.example/v0.1/x", true),
            ("https://u:p@a.example/registry/", "https://u:p@a.example/registry/v0.1/x", true),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v0.1/x", true),
            ("http://[::1]:8080", "http://[::1]:8080/v0.1/x", true),
            ("http://a.example/", "http://a.example/v0.1/x", false),
            ("http://localhost.a.example/", "http://localhost.a.example/v0.1/x", false),
        ] {
            let remote = remote(url).unwrap();
            assert_eq!((remote.place("v0.1/x").unwrap().as_str(), remote.is_secure()), (place, is_secure), "{url}");
            assert!(!remote.url().contains("u:p"), "{url}");
        }
        for url in ["", "a.example", "ftp://a.example", "file:///tmp", "https://a.example/?x=1"] {
            assert!(matches!(remote(url), Err(MirrorError::Url(_))), "{url}");
        }
    }
}
