//! Files on the web server of a domain: `https://<domain>/.well-known/<name>`.

use std::time::Duration;

use registry::limits;
use registry_fetch::{BodyError, ClientError, Options, Reach};
use reqwest::StatusCode;

use crate::domain::Domain;

/// Fetches files of domains, from public addresses alone and without following redirects.
#[derive(Clone, Debug)]
pub struct Files {
    client: reqwest::Client,
}

/// Why there is no file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The domain leads into some private network.
    #[error("{0} does not lead to a public address")]
    NotPublic(Domain),
    /// The file is said to be elsewhere.
    #[error("{url} answered {status}: redirects are not followed, the file must be there itself")]
    Redirect {
        /// Where the file was looked for.
        url: String,
        /// What was answered.
        status: StatusCode,
    },
    /// Another answer than 200.
    #[error("{url} answered {status}, 200 expected")]
    Status {
        /// Where the file was looked for.
        url: String,
        /// What was answered.
        status: StatusCode,
    },
    /// It is larger than such a file may be.
    #[error("{0} has more than {max} bytes", max = limits::PROOF_FILE_BYTES)]
    TooLarge(String),
    /// It took too long.
    #[error("{0} was not answered in time")]
    Timeout(String),
    /// No connection, no TLS, or no whole answer.
    #[error("{url}: {reason}")]
    Failed {
        /// Where the file was looked for.
        url: String,
        /// What the client says.
        reason: String,
    },
}

impl Files {
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
    #[must_use]
    pub fn url(domain: &Domain, name: &'static str) -> String {
        format!("https://{domain}/.well-known/{name}")
    }

    /// The text of a domain's file.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn fetch(&self, domain: &Domain, name: &'static str) -> Result<String, FetchError> {
        let url = Self::url(domain, name);
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
            return Err(FetchError::Redirect { url, status });
        }
        if status != StatusCode::OK {
            return Err(FetchError::Status { url, status });
        }
        match registry_fetch::read_capped(response, limits::PROOF_FILE_BYTES).await {
            Ok(body) => Ok(String::from_utf8_lossy(&body).into_owned()),
            Err(BodyError::TooLarge(_)) => Err(FetchError::TooLarge(url)),
            Err(BodyError::Interrupted(error)) => Err(explain(error)),
        }
    }
}
