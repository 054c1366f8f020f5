//! Clients: rustls with ring and bundled roots, no redirects of their own.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

use super::public::{Lookup, PublicOnly, SystemLookup};

/// The client could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No protocol version is left that the crypto library speaks, or a root is no certificate.
    #[error("setting up TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// The client refused its configuration.
    #[error("setting up the HTTP client: {0}")]
    Http(#[from] reqwest::Error),
}

/// Which hosts a client may dial.
#[derive(Clone)]
pub enum Reach {
    /// Hosts that the operator named: any address, and proxies of the environment count.
    Named,
    /// Hosts that somebody else named: public addresses only, dialled directly, as a proxy would resolve the name again.
    Public,
    /// As [`Reach::Public`], with names resolved by `lookup`, and without the guard where `allow_private` is set. For tests
    /// alone: no configuration leads here.
    Test {
        /// Resolves the names.
        lookup: Arc<dyn Lookup>,
        /// Whether addresses that are not public may be dialled.
        allow_private: bool,
    },
}

/// How a client behaves.
#[derive(Clone)]
pub struct Options {
    /// Which hosts it may dial.
    pub reach: Reach,
    /// What it calls itself.
    pub user_agent: &'static str,
    /// The media types that it asks for where a request does not say.
    pub accept: &'static str,
    /// Longest time for a connection.
    pub connect_timeout: Duration,
    /// Longest silence between two pieces of an answer.
    pub read_timeout: Duration,
    /// Longest time for a whole answer; ends a server that sends a byte now and then for ever.
    pub timeout: Duration,
    /// Authorities beside the bundled ones.
    pub roots: Vec<CertificateDer<'static>>,
}

/// A client. It never follows a redirect: where one leads is for the caller to judge.
///
/// # Errors
/// When TLS cannot be set up.
pub fn client(options: Options) -> Result<reqwest::Client, ClientError> {
    Ok(builder(options)?.build()?)
}

/// The same, but bodies are handed over as they come, compressed or not: for whoever keeps or checks the compressed bytes.
///
/// # Errors
/// When TLS cannot be set up.
pub fn client_of_raw_bodies(options: Options) -> Result<reqwest::Client, ClientError> {
    Ok(builder(options)?.no_gzip().no_brotli().build()?)
}

fn builder(options: Options) -> Result<reqwest::ClientBuilder, ClientError> {
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls(options.roots)?)
        .user_agent(options.user_agent)
        .default_headers(HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(options.accept))]))
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(options.connect_timeout)
        .read_timeout(options.read_timeout)
        .timeout(options.timeout);
    Ok(match options.reach {
        Reach::Named => builder,
        Reach::Public => {
            let resolver = PublicOnly { lookup: Arc::new(SystemLookup), allow_private: false };
            builder.dns_resolver(Arc::new(resolver)).no_proxy()
        }
        Reach::Test { lookup, allow_private } => {
            builder.dns_resolver(Arc::new(PublicOnly { lookup, allow_private })).no_proxy()
        }
    })
}

fn tls(more: Vec<CertificateDer<'static>>) -> Result<ClientConfig, rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
    for root in more {
        roots.add(root)?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}
