//! A client of the official API, for the commands that read a registry.

use anyhow::{Context, anyhow, bail};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use url::Url;

const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A registry.
pub(crate) struct RegistryClient {
    base: Url,
    http: reqwest::Client,
}

impl RegistryClient {
    pub(crate) fn new(base: &str) -> anyhow::Result<Self> {
        let url =
            Url::parse(base).with_context(|| format!("{base:?} is no URL of a registry; give one with --registry"))?;
        if !matches!(url.scheme(), "http" | "https") {
            bail!("{base:?} is no URL of a registry: expected http:// or https://");
        }
        Ok(Self { base: url, http: sync::source::client()? })
    }

    /// The JSON at `path`; an error answer becomes an error that says what the registry says.
    pub(crate) async fn get(&self, path: &str, query: &[(&str, &str)]) -> anyhow::Result<Value> {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        if !query.is_empty() {
            url.query_pairs_mut().clear().extend_pairs(query);
        }
        let unreachable = || {
            format!(
                "cannot reach the registry at {}; start one with `berth serve`, or name one with --registry",
                self.base
            )
        };
        let response = self.http.get(url).send().await.with_context(unreachable)?;
        let status = response.status();
        let body = response.bytes().await.with_context(unreachable)?;
        let json: Result<Value, _> = serde_json::from_slice(&body);
        if status.is_success() {
            return json.with_context(|| format!("{} did not answer with JSON; is it a registry?", self.base));
        }
        let json = json.unwrap_or_default();
        let detail = json.get("detail").and_then(Value::as_str).unwrap_or("no reason was given");
        let mut error = anyhow!("the registry answered {status}: {detail}");
        for problem in json.get("errors").and_then(Value::as_array).into_iter().flatten() {
            let text = |key| problem.get(key).and_then(Value::as_str).unwrap_or_default();
            error = anyhow!("{error}; {}: {}", text("location"), text("message"));
        }
        if status == reqwest::StatusCode::NOT_FOUND {
            error = anyhow!("{error}; `berth list` shows what there is");
        }
        Err(error)
    }
}

/// One segment of a path.
pub(crate) fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}
