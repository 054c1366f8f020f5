//! One question to GitHub's API.

use registry_fetch::BodyError;
use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use serde::de::DeserializeOwned;
use url::Url;

use super::{GitHub, GitHubError, forbidden, limits};

const VERSION: HeaderName = HeaderName::from_static("x-github-api-version");

/// A token, ready to be sent and never shown.
pub(super) struct Authorization(HeaderValue);

/// What GitHub answered.
pub(super) enum Answer<T> {
    /// What was asked for.
    Known(T),
    /// The token may not ask this.
    Forbidden,
}

impl Authorization {
    pub(super) fn new(token: &str) -> Result<Self, GitHubError> {
        let is_token =
            (1..=limits::TOKEN_BYTES).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic());
        let value = HeaderValue::from_str(&format!("Bearer {token}")).ok().filter(|_| is_token);
        let mut value = value.ok_or(GitHubError::NoToken)?;
        value.set_sensitive(true);
        Ok(Self(value))
    }
}

impl GitHub {
    /// Asks for the document at `path`, with `query`. Neither comes from outside.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        authorization: &Authorization,
        path: &'static str,
        query: &str,
        cap: usize,
        expected: &'static str,
    ) -> Result<Answer<T>, GitHubError> {
        let headers = HeaderMap::from_iter([
            (AUTHORIZATION, authorization.0.clone()),
            (VERSION, HeaderValue::from_static("2022-11-28")),
        ]);
        let response =
            self.client.get(self.address(path, query)).headers(headers).send().await.map_err(|e| lost(path, e))?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED => return Err(GitHubError::Token { web: self.hosts.web.to_string() }),
            StatusCode::FORBIDDEN => {
                return forbidden::meaning(response.headers(), &self.hosts.web).map_or(Ok(Answer::Forbidden), Err);
            }
            StatusCode::TOO_MANY_REQUESTS => {
                let meaning = forbidden::meaning(response.headers(), &self.hosts.web);
                return Err(meaning.unwrap_or(GitHubError::RateLimitUntilUnknown));
            }
            status if status.is_server_error() => return Err(GitHubError::Down { path, status: status.as_u16() }),
            status => return Err(GitHubError::Status { path, status: status.as_u16() }),
        }
        let malformed = || GitHubError::Malformed { path, expected };
        let body = registry_fetch::read_capped(response, cap).await.map_err(|error| match error {
            BodyError::TooLarge(_) => malformed(),
            BodyError::Interrupted(error) => lost(path, error),
        })?;
        serde_json::from_slice(&body).map(Answer::Known).map_err(|_| malformed())
    }

    fn address(&self, path: &str, query: &str) -> Url {
        let mut url = self.hosts.api.clone();
        let prefix = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{prefix}{path}"));
        url.set_query(Some(query).filter(|query| !query.is_empty()));
        url
    }
}

/// The log has the cause; it is of no use to whoever logs in.
fn lost(path: &str, error: reqwest::Error) -> GitHubError {
    let is_timeout = error.is_timeout();
    tracing::warn!(path, error = registry::error_chain(&error.without_url()), "github does not answer");
    if is_timeout { GitHubError::Timeout(limits::ANSWER_SECONDS) } else { GitHubError::Unreachable }
}
