//! HTTP clients: rustls with ring and bundled roots, no redirects of their own.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use rustls::{ClientConfig, RootCertStore};

use super::public::PublicOnly;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest silence between two pieces of an answer.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest time for one answer; ends a server that sends a byte now and then for ever.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// The HTTP clients could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No protocol version is left that the crypto library speaks.
    #[error("setting up TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// The client refused its configuration.
    #[error("setting up the HTTP client: {0}")]
    Http(#[from] reqwest::Error),
}

/// Two clients with different trust.
#[derive(Clone)]
pub(super) struct Clients {
    /// For hosts that the operator named. Proxies of the environment count.
    pub(super) named: reqwest::Client,
    /// For hosts that a redirect names: dials public addresses only, itself, as a proxy would resolve the name again.
    pub(super) foreign: reqwest::Client,
}

impl Clients {
    pub(super) fn new() -> Result<Self, ClientError> {
        Ok(Self { named: client()?, foreign: builder(tls()?).dns_resolver(Arc::new(PublicOnly)).no_proxy().build()? })
    }
}

/// A client for a host that the user named: proxies of the environment count, redirects are not followed.
///
/// # Errors
/// When TLS cannot be set up.
pub fn client() -> Result<reqwest::Client, ClientError> {
    Ok(builder(tls()?).build()?)
}

fn builder(tls: ClientConfig) -> reqwest::ClientBuilder {
    let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(concat!("berth/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .timeout(ANSWER_TIMEOUT)
}

fn tls() -> Result<ClientConfig, rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}
