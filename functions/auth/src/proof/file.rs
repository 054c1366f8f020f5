//! Proof records on a web server: `https://<domain>/.well-known/mcp-registry-auth`.

use std::time::Duration;

use registry::limits;
use registry_fetch::{BodyError, ClientError, Options, Reach};
use reqwest::StatusCode;

use super::Refusal;
use crate::domain::Domain;

/// Fetches proof files.
#[derive(Clone, Debug)]
pub struct ProofFiles {
    client: reqwest::Client,
}

/// Why there is no proof file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("{0} does not lead to a public address")]
    NotPublic(Domain),
    #[error("{url} answered {status}: redirects are not followed, the file must be there itself")]
    Redirect { url: String, status: StatusCode },
    #[error("{url} answered {status}, 200 expected")]
    Status { url: String, status: StatusCode },
    #[error("{0} has more than {max} bytes", max = limits::PROOF_FILE_BYTES)]
    TooLarge(String),
    #[error("{0} was not answered in time")]
    Timeout(String),
    #[error("{url}: {reason}")]
    Failed { url: String, reason: String },
}

impl ProofFiles {
    /// How files are fetched, unless somebody says otherwise: from public addresses alone.
    #[must_use]
    pub fn options() -> Options {
        let seconds = Duration::from_secs;
        Options {
            reach: Reach::Public,
            user_agent: concat!("mcp-registry/1.0 (berth/", env!("CARGO_PKG_VERSION"), ")"),
            accept: "text/plain, */*",
            connect_timeout: seconds(limits::PROOF_FILE_SECONDS / 2),
            read_timeout: seconds(limits::PROOF_FILE_SECONDS / 2),
            timeout: seconds(limits::PROOF_FILE_SECONDS),
            roots: Vec::new(),
        }
    }

    /// Fetches as `options` say.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(options: Options) -> Result<Self, ClientError> {
        Ok(Self { client: registry_fetch::client(options)? })
    }

    /// The URL of a domain's file. A domain is no address, so that its name always meets the guarded resolver.
    pub(crate) fn url(domain: &Domain) -> String {
        format!("https://{domain}/.well-known/mcp-registry-auth")
    }

    /// The file of a domain.
    pub(crate) async fn fetch(&self, domain: &Domain) -> Result<String, Refusal> {
        let url = Self::url(domain);
        let explain = |error: reqwest::Error| {
            if registry_fetch::refusal(&error).is_some() {
                FetchError::NotPublic(domain.clone())
            } else if error.is_timeout() {
                FetchError::Timeout(url.clone())
            } else {
                FetchError::Failed { url: url.clone(), reason: registry::error_chain(&error.without_url()) }
            }
        };
        let response = self.client.get(&url).send().await.map_err(explain)?;
        let status = response.status();
        if status.is_redirection() {
            return Err(FetchError::Redirect { url, status }.into());
        }
        if status != StatusCode::OK {
            return Err(FetchError::Status { url, status }.into());
        }
        match registry_fetch::read_capped(response, limits::PROOF_FILE_BYTES).await {
            Ok(body) => Ok(String::from_utf8_lossy(&body).into_owned()),
            Err(BodyError::TooLarge(_)) => Err(FetchError::TooLarge(url).into()),
            Err(BodyError::Interrupted(error)) => Err(explain(error).into()),
        }
    }
}
