//! A client of the official API.

mod hints;
mod refused;

use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use registry::limits;
use registry_fetch::{BodyError, Options, Reach};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use url::{Host, Url};

pub(crate) use hints::of_permission;
pub(crate) use refused::Refused;

const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A registry asks package registries before it answers a publish, which takes its time.
const SILENCE: Duration = Duration::from_secs(120);

/// A registry.
pub(crate) struct RegistryClient {
    base: Url,
    http: reqwest::Client,
}

/// One call of the API.
#[derive(Clone)]
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    pub(crate) path: &'a str,
    pub(crate) query: &'a [(&'a str, &'a str)],
    /// JSON.
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) token: Option<&'a str>,
    /// What the body holds that nobody may see, should a refusal repeat it.
    pub(crate) secret: Option<&'a str>,
}

/// A good answer.
pub(crate) struct Answer {
    /// Null where there is no body.
    pub(crate) json: Value,
    /// The JSON as it came.
    pub(crate) text: String,
}

impl<'a> Call<'a> {
    pub(crate) fn get(path: &'a str, query: &'a [(&'a str, &'a str)]) -> Self {
        Self { query, ..Self::new(Method::GET, path, None) }
    }

    pub(crate) fn post(path: &'a str, body: Option<Vec<u8>>) -> Self {
        Self::new(Method::POST, path, body)
    }

    pub(crate) fn new(method: Method, path: &'a str, body: Option<Vec<u8>>) -> Self {
        Self { method, path, query: &[], body, token: None, secret: None }
    }
}

impl RegistryClient {
    pub(crate) fn new(base: &str) -> anyhow::Result<Self> {
        let url =
            Url::parse(base).with_context(|| format!("{base:?} is no URL of a registry; give one with --registry"))?;
        if !matches!(url.scheme(), "http" | "https") {
            bail!("{base:?} is no URL of a registry: expected http:// or https://");
        }
        Ok(Self { base: url, http: http()? })
    }

    /// The one spelling of the registry's URL, by which logins are told apart.
    pub(crate) fn address(&self) -> String {
        let mut url = self.base.clone();
        url.set_query(None);
        url.set_fragment(None);
        url.as_str().trim_end_matches('/').to_owned()
    }

    /// Whether the URL names a user, which would be sent in the place of a token.
    pub(crate) fn has_credentials(&self) -> bool {
        !self.base.username().is_empty() || self.base.password().is_some()
    }

    /// Whether anybody on the way can read what is sent.
    pub(crate) fn is_open_to_others(&self) -> bool {
        is_open_to_others(&self.base)
    }

    /// Scheme, host and port: for whom proofs are made out.
    pub(crate) fn origin(&self) -> String {
        self.base.origin().ascii_serialization()
    }

    /// The URL of a path of the API.
    pub(crate) fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        url
    }

    /// The JSON at `path`; an error answer becomes an error that says what the registry says.
    pub(crate) async fn get(&self, path: &str, query: &[(&str, &str)]) -> anyhow::Result<Value> {
        Ok(self.send(&Call::get(path, query)).await?.json)
    }

    /// Calls the registry. An error answer becomes a [`Refused`].
    pub(crate) async fn send(&self, call: &Call<'_>) -> anyhow::Result<Answer> {
        let mut url = self.url(call.path);
        if !call.query.is_empty() {
            url.query_pairs_mut().clear().extend_pairs(call.query);
        }
        let mut request = self.http.request(call.method.clone(), url);
        if let Some(body) = &call.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        if let Some(token) = call.token {
            let mut value = HeaderValue::try_from(format!("Bearer {token}"))
                .context("the stored token is damaged; log in again with `berth login`")?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let response = request.send().await.map_err(|error| self.unanswered(error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = match registry_fetch::read_capped(response, limits::SOURCE_PAGE_BYTES).await {
            Ok(body) => body,
            Err(BodyError::Interrupted(error)) => return Err(self.unanswered(error)),
            Err(error) => return Err(error.into()),
        };
        if !status.is_success() {
            let secrets: Vec<&str> = [call.token, call.secret].into_iter().flatten().collect();
            return Err(Refused::new(status, &headers, &body, &secrets).into());
        }
        if status == StatusCode::NO_CONTENT {
            return Ok(Answer { json: Value::Null, text: String::new() });
        }
        let none_json = || format!("{} did not answer with JSON; is it a registry?", self.base);
        let json = serde_json::from_slice(&body).with_context(none_json)?;
        Ok(Answer { json, text: String::from_utf8(body.into()).with_context(none_json)? })
    }

    fn unanswered(&self, error: reqwest::Error) -> anyhow::Error {
        if error.is_timeout() && !error.is_connect() {
            return anyhow!("{} did not answer in time; see with `berth get` what came of it, or try again", self.base);
        }
        anyhow::Error::new(error).context(format!(
            "cannot reach the registry at {}; start one with `berth serve`, or name one with --registry",
            self.base
        ))
    }
}

impl Answer {
    /// The JSON as it came, as a line; nothing where there is none.
    pub(crate) fn line(&self) -> String {
        if self.text.is_empty() { String::new() } else { format!("{}\n", self.text.trim_end()) }
    }
}

/// Hosts that the user names may be anywhere. Redirects are not followed, so a token stays where it is sent.
fn http() -> anyhow::Result<reqwest::Client> {
    Ok(registry_fetch::client(Options {
        reach: Reach::Named,
        user_agent: concat!("berth/", env!("CARGO_PKG_VERSION")),
        accept: "application/json",
        connect_timeout: Duration::from_secs(10),
        read_timeout: SILENCE,
        timeout: Duration::from_secs(15 * 60),
        roots: Vec::new(),
    })?)
}

/// Whether anybody on the way to a URL can read what is sent.
pub(crate) fn is_open_to_others(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    };
    url.scheme() == "http" && !is_loopback
}

/// One segment of a path.
pub(crate) fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// Whether an error is the registry's answer with this status.
pub(crate) fn is_refused(error: &anyhow::Error, status: StatusCode) -> bool {
    error.downcast_ref::<Refused>().is_some_and(|refused| refused.status == status)
}
