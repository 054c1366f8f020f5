//! One request: to whom it may go, where redirects may lead, and how much of the answer is read.

use std::time::Duration;

use http::{HeaderMap, Method, StatusCode};
use registry_fetch::{BodyError, ClientError, Options, Reach, read_capped};
use reqwest::header::{ACCEPT, LOCATION};
use reqwest::{Client, Response};
use url::Url;

use crate::answer::Answer;
use crate::base::Base;
use crate::error::{Again, Refusal, brief};
use crate::limits;

/// Two clients with different trust.
pub(crate) struct Exchange {
    /// For hosts that the operator named.
    named: Client,
    /// For the public package registries, and for whatever an answer leads to.
    public: Client,
}

/// What to ask.
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) accept: &'static str,
    /// Goes to the origin of `url` alone.
    pub(crate) bearer: Option<&'a str>,
    pub(crate) follow: Follow,
    /// Most bytes of the body; `None` when only the status counts.
    pub(crate) cap: Option<usize>,
    pub(crate) timeout: Option<Duration>,
}

/// Where redirects may lead. All but what the operator named is reached with TLS and at public addresses only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Follow {
    /// A redirect is the answer.
    Nowhere,
    /// The origin that was asked.
    SameOrigin,
    /// Any host.
    Anywhere,
    /// These hosts, and the origin that was asked.
    Hosts(&'static [&'static str]),
}

/// Nothing came back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A host that must not be dialled, or a redirect that must not be followed.
    #[error("{0}")]
    Refused(String),
    /// A larger answer than is read.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
    /// The request cannot be sent.
    #[error("{0}")]
    Request(String),
    /// No connection, or it broke.
    #[error("{0}")]
    Connection(String),
}

impl<'a> Call<'a> {
    /// A GET whose body is read.
    pub(crate) fn get(url: Url, accept: &'static str, cap: usize) -> Self {
        Self { cap: Some(cap), ..Self::status(Method::GET, url, accept) }
    }

    /// A request of which only the status counts.
    pub(crate) fn status(method: Method, url: Url, accept: &'static str) -> Self {
        Self { method, url, accept, bearer: None, follow: Follow::SameOrigin, cap: None, timeout: None }
    }

    /// With other redirects.
    pub(crate) fn following(self, follow: Follow) -> Self {
        Self { follow, ..self }
    }

    /// With a token.
    pub(crate) fn bearer(self, bearer: Option<&'a str>) -> Self {
        Self { bearer, ..self }
    }
}

impl Exchange {
    pub(crate) fn new(dial: &Options) -> Result<Self, ClientError> {
        Ok(Self {
            named: registry_fetch::client(Options { reach: Reach::Named, ..dial.clone() })?,
            public: registry_fetch::client(dial.clone())?,
        })
    }

    /// Asks `base`, or a host that an answer of it named. As soon as a redirect leads away from what the operator named,
    /// the chain may touch public addresses only, even if it comes back.
    pub(crate) async fn send(&self, call: &Call<'_>, base: &Base) -> Result<Answer, Failure> {
        let mut url = call.url.clone();
        let mut named = base.trusts(&url);
        for _ in 0..=limits::REDIRECTS {
            if !named {
                check_public(&url)?;
            }
            let client = if named { &self.named } else { &self.public };
            let mut request = client.request(call.method.clone(), url.clone()).header(ACCEPT, call.accept);
            if let Some(bearer) = call.bearer.filter(|_| url.origin() == call.url.origin()) {
                request = request.bearer_auth(bearer);
            }
            if let Some(timeout) = call.timeout {
                request = request.timeout(timeout);
            }
            let response = request.send().await.map_err(failed)?;
            let redirect = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
            if !redirect || call.follow == Follow::Nowhere {
                return read(response, call.cap).await;
            }
            url = call.target(&url, response.headers())?;
            named = named && base.trusts(&url);
        }
        Err(Failure::Refused(format!("redirects more than {} times", limits::REDIRECTS)))
    }
}

impl Call<'_> {
    fn target(&self, from: &Url, headers: &HeaderMap) -> Result<Url, Failure> {
        let location = headers.get(LOCATION).and_then(|location| location.to_str().ok());
        let target = location.and_then(|location| from.join(location).ok());
        let Some(target) = target else { return Err(Failure::Refused("redirects to no URL".to_owned())) };
        let same = target.origin() == self.url.origin();
        let permitted = match self.follow {
            Follow::Nowhere => false,
            Follow::SameOrigin => same,
            Follow::Anywhere => true,
            Follow::Hosts(hosts) => same || is_one_of(&target, hosts),
        };
        if permitted { Ok(target) } else { Err(Failure::Refused(format!("refusing redirect to {}", place(&target)))) }
    }
}

/// Whether a URL is on one of these hosts, with TLS on its usual port.
pub(crate) fn is_one_of(url: &Url, hosts: &[&str]) -> bool {
    url.scheme() == "https" && url.port().is_none() && url.host_str().is_some_and(|host| hosts.contains(&host))
}

/// Scheme, host and port of a URL, for messages.
pub(crate) fn place(url: &Url) -> String {
    brief(&url.origin().ascii_serialization())
}

fn check_public(url: &Url) -> Result<(), Failure> {
    if url.scheme() != "https" || !url.username().is_empty() || url.password().is_some() {
        return Err(Failure::Refused(format!("refusing {}, which is no plain https URL", place(url))));
    }
    registry_fetch::check_literal(url).map_err(|_| not_public(url.host_str().unwrap_or_default()))
}

/// The address itself is for the operator, not for the publisher.
fn not_public(host: &str) -> Failure {
    Failure::Refused(format!("refusing {}, which is not at a public address", brief(host)))
}

async fn read(mut response: Response, cap: Option<usize>) -> Result<Answer, Failure> {
    let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
    let body = match cap {
        Some(cap) if status == StatusCode::OK => read_capped(response, cap).await?.into(),
        _ => Vec::new(),
    };
    Ok(Answer { status, headers, body })
}

fn failed(error: reqwest::Error) -> Failure {
    let error = error.without_url();
    if let Some(refused) = registry_fetch::refusal(&error) {
        tracing::warn!(%refused, "an address that is not public was not dialled");
        return not_public(&refused.host());
    }
    if error.is_timeout() {
        return Failure::Connection("timed out".to_owned());
    }
    let mut cause: &dyn std::error::Error = &error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let reason = brief(&cause.to_string());
    if error.is_builder() { Failure::Request(reason) } else { Failure::Connection(reason) }
}

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge(cap) => Self::TooLarge(cap),
            BodyError::Interrupted(error) => failed(error),
        }
    }
}

impl Failure {
    /// The refusal of the package for which the request was made.
    pub(crate) fn while_trying(self, what: &str) -> Refusal {
        let again = if matches!(self, Self::Connection(_)) { Again::Soon } else { Again::Never };
        Refusal { reason: format!("{what}: {self}"), again }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_means_tls_and_no_private_literal() {
        let check = |text: &str| check_public(&Url::parse(text).unwrap()).map_err(|failure| failure.to_string());
        assert_eq!(check("https://a.example/x?y"), Ok(()));
        assert_eq!(
            check("http://a.example/x"),
            Err("refusing http://a.example, which is no plain https URL".to_owned())
        );
        assert!(check("https://user@a.example/").is_err());
        assert!(check("ftp://a.example/").is_err());
        for private in ["https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest", "https://0x7f.1/"] {
            assert!(check(private).unwrap_err().ends_with("which is not at a public address"), "{private}");
        }
    }
}
