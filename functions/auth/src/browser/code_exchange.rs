//! Trades the code that a browser brings from GitHub for an access token, as an OAuth app does (RFC 6749, 4.1.3; RFC 7636).

use std::fmt;

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use url::Url;
use url::form_urlencoded::Serializer;

use super::secret::Secret;
use super::{Browser, limits};

/// The operator's app at GitHub.
#[derive(Clone, Debug)]
pub struct OauthApp {
    /// Its client id, which everybody may know.
    pub client_id: String,
    /// Its client secret.
    pub client_secret: ClientSecret,
}

/// The secret of the operator's app.
#[derive(Clone)]
pub struct ClientSecret(String);

/// Why GitHub gave no token for a code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ExchangeError {
    /// The code is not one of this login.
    #[error(
        "GitHub does not accept the code: it was used before, is older than ten minutes, or is of another login; log in anew"
    )]
    Code,
    /// The operator's secret is wrong.
    #[error(
        "GitHub does not accept the client id and secret of this registry: its operator sets BERTH_GITHUB_CLIENT_ID and \
         BERTH_GITHUB_CLIENT_SECRET to those of the OAuth app"
    )]
    Credentials,
    /// The app does not lead back here.
    #[error(
        "the OAuth app at GitHub does not lead back to this registry: its operator sets the app's callback URL to {0}"
    )]
    Redirect(String),
    /// The account has no address that GitHub knows to be theirs.
    #[error(
        "GitHub gives no token to an account without a verified e-mail address: verify one at GitHub, then log in anew"
    )]
    Unverified,
    /// An error of another name.
    #[error(
        "GitHub refuses to exchange the code ({0}): log in anew; if it happens again, tell the registry's operator"
    )]
    Other(String),
    /// GitHub does not know the route: it is not GitHub, or does not know the app.
    #[error(
        "GitHub answered {0} to the exchange of the code: log in anew in a minute; if it happens again, tell the registry's operator"
    )]
    Status(StatusCode),
    /// Not what the standard says.
    #[error("GitHub's answer to the exchange of the code makes no sense: tell the registry's operator")]
    Answer,
    /// No answer.
    #[error("GitHub cannot be reached, or does not answer in time: log in anew in a minute")]
    Unreachable,
}

impl ExchangeError {
    /// Whether the fault lies elsewhere than with whoever brought the code.
    pub(super) fn is_outage(&self) -> bool {
        !matches!(self, Self::Code | Self::Unverified)
    }
}

#[derive(Deserialize)]
struct Answer {
    access_token: Option<AccessToken>,
    error: Option<String>,
}

/// What GitHub hands out; used once and dropped.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct AccessToken(String);

impl AccessToken {
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(..)")
    }
}

impl From<String> for ClientSecret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(..)")
    }
}

impl Browser {
    /// Trades a code for a token. `verifier` must be that of the login that the code came from.
    pub(super) async fn exchange(&self, code: &str, verifier: &Secret) -> Result<AccessToken, ExchangeError> {
        let redirect = self.callback();
        let body = Serializer::new(String::new())
            .append_pair("client_id", &self.app.client_id)
            .append_pair("client_secret", &self.app.client_secret.0)
            .append_pair("code", code)
            .append_pair("redirect_uri", &redirect)
            .append_pair("code_verifier", verifier.expose())
            .finish();
        let request = self.github.client().post(self.page("/login/oauth/access_token"));
        let request = request.header(ACCEPT, "application/json");
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        let response = request.send().await.map_err(|error| {
            let error = registry::error_chain(&error.without_url());
            tracing::warn!(error, "the exchange of a code was not answered");
            ExchangeError::Unreachable
        })?;
        token(response, &redirect).await
    }

    /// A page of GitHub.
    pub(super) fn page(&self, path: &str) -> Url {
        let mut url = self.github.web().clone();
        let prefix = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{prefix}{path}"));
        url
    }
}

async fn token(response: Response, redirect: &str) -> Result<AccessToken, ExchangeError> {
    let status = response.status();
    if !status.is_success() {
        tracing::warn!(status = status.as_u16(), "GitHub did not exchange a code");
        return Err(ExchangeError::Status(status));
    }
    let bytes = registry_fetch::read_capped(response, limits::EXCHANGE_BYTES).await;
    let bytes = bytes.map_err(|error| match error {
        registry_fetch::BodyError::TooLarge(_) => ExchangeError::Answer,
        registry_fetch::BodyError::Interrupted(_) => ExchangeError::Unreachable,
    })?;
    // An error of the parser could repeat the token.
    let answer: Answer = serde_json::from_slice(&bytes).map_err(|_| ExchangeError::Answer)?;
    match answer {
        Answer { error: Some(error), .. } => Err(named(&error, redirect)),
        Answer { access_token: Some(token), .. } if !token.0.is_empty() => Ok(token),
        Answer { .. } => Err(ExchangeError::Answer),
    }
}

/// The errors that GitHub documents, and any other by its name.
fn named(error: &str, redirect: &str) -> ExchangeError {
    match error {
        "bad_verification_code" | "invalid_grant" => ExchangeError::Code,
        "incorrect_client_credentials" => ExchangeError::Credentials,
        "redirect_uri_mismatch" => ExchangeError::Redirect(redirect.to_owned()),
        "unverified_user_email" => ExchangeError::Unverified,
        other => ExchangeError::Other(word(other)),
    }
}

/// A name that somebody else made up, as far as it can be shown.
pub(super) fn word(text: &str) -> String {
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || "_-".contains(*c);
    text.chars().filter(is_plain).take(60).collect()
}
