//! Fetches an issuer's configuration (OIDC Discovery) and keys.

use std::time::Duration;

use registry_fetch::{BodyError, ClientError, Options, Reach};
use reqwest::StatusCode;
use serde::Deserialize;
use url::Url;

use crate::error::{IssuerError, echo};
use crate::issuer::IssuerUrl;
use crate::keys::KeySet;
use crate::limits;

/// Whoever asks issuers.
#[derive(Clone, Debug)]
pub(crate) struct Documents(reqwest::Client);

/// A key set with the text that it was read from.
pub(crate) struct KeyDocument {
    pub(crate) json: String,
    pub(crate) keys: KeySet,
}

#[derive(Deserialize)]
struct Configuration {
    issuer: String,
    jwks_uri: String,
}

pub(crate) fn options() -> Options {
    Options {
        reach: Reach::Named,
        user_agent: concat!("berth/", env!("CARGO_PKG_VERSION")),
        accept: "application/json",
        connect_timeout: Duration::from_secs(limits::CONNECT_SECONDS),
        read_timeout: Duration::from_secs(limits::DOCUMENT_SECONDS),
        timeout: Duration::from_secs(limits::DOCUMENT_SECONDS),
        roots: Vec::new(),
    }
}

impl Documents {
    pub(crate) fn new(options: Options) -> Result<Self, ClientError> {
        Ok(Self(registry_fetch::client(options)?))
    }

    /// The keys of an issuer. Its configuration is read each time: that is where the keys move.
    pub(crate) async fn keys(&self, issuer: &IssuerUrl) -> Result<KeyDocument, IssuerError> {
        let url = issuer.configuration();
        let body = self.get(issuer, &url, limits::CONFIGURATION_BYTES).await?;
        let configuration: Configuration = serde_json::from_slice(&body)
            .map_err(|_| malformed(issuer, &url, "a configuration with `issuer` and `jwks_uri`"))?;
        if configuration.issuer != issuer.as_str() {
            let found = echo(&configuration.issuer);
            return Err(IssuerError::OtherIssuer { issuer: issuer.to_string(), url, found });
        }
        let keys_url = Url::parse(&configuration.jwks_uri).ok().filter(|url| issuer.may_name(url));
        let keys_url = keys_url
            .ok_or_else(|| IssuerError::KeysUrl { issuer: issuer.to_string(), found: echo(&configuration.jwks_uri) })?;
        let body = self.get(issuer, keys_url.as_str(), limits::KEY_SET_BYTES).await?;
        let no_keys = || malformed(issuer, keys_url.as_str(), "a JWK set with keys");
        let keys = KeySet::parse(&body).ok_or_else(no_keys)?;
        Ok(KeyDocument { json: String::from_utf8(body).map_err(|_| no_keys())?, keys })
    }

    async fn get(&self, issuer: &IssuerUrl, url: &str, max: usize) -> Result<Vec<u8>, IssuerError> {
        let (asked, issuer, url) = (url, issuer.to_string(), echo(url));
        let explain = |error: reqwest::Error| {
            let (issuer, url) = (issuer.clone(), url.clone());
            if error.is_timeout() {
                IssuerError::Timeout { issuer, url }
            } else {
                IssuerError::Unreachable { issuer, url, reason: registry::error_chain(&error.without_url()) }
            }
        };
        let response = self.0.get(asked).send().await.map_err(explain)?;
        let status = response.status();
        if status.is_redirection() {
            return Err(IssuerError::Redirect { issuer, url, status: status.as_u16() });
        }
        if status != StatusCode::OK {
            return Err(IssuerError::Status { issuer, url, status: status.as_u16() });
        }
        match registry_fetch::read_capped(response, max).await {
            Ok(body) => Ok(body.to_vec()),
            Err(BodyError::TooLarge(max)) => Err(IssuerError::TooLarge { issuer, url, max }),
            Err(BodyError::Interrupted(error)) => Err(explain(error)),
        }
    }
}

fn malformed(issuer: &IssuerUrl, url: &str, expected: &'static str) -> IssuerError {
    IssuerError::Malformed { issuer: issuer.to_string(), url: echo(url), expected }
}
