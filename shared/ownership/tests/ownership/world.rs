//! A small internet: public hosts with TLS, by their names.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use registry::model::Package;
use registry_fetch::{Lookup, Reach};
use registry_ownership::{Hosts, Ownership, OwnershipError, Retry, Settings};
use serde_json::Value;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// The server that publishes.
pub(crate) const NAME: &str = "io.github.acme/widget";
/// Longer than any test takes.
pub(crate) const LONG: Duration = Duration::from_secs(300);
/// For what ends only when the time is up.
pub(crate) const SHORT: Duration = Duration::from_secs(2);

/// The hosts that there are.
#[derive(Default)]
pub(crate) struct World {
    names: HashMap<String, SocketAddr>,
    roots: Vec<CertificateDer<'static>>,
}

struct Names(HashMap<String, SocketAddr>);

impl Lookup for Names {
    fn lookup<'a>(&'a self, host: &'a str) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'a>> {
        let found = self.0.get(host).map(|address| vec![*address]);
        Box::pin(async move { found.ok_or_else(|| io::Error::other("no such host")) })
    }
}

impl World {
    /// Adds a public host.
    pub(crate) async fn host(&mut self, name: &str) -> MockServer {
        let server = MockServer::start().await;
        let pair = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        let certificate = pair.cert.der().clone();
        let key = PrivatePkcs8KeyDer::from(pair.signing_key.serialize_der());
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], key.into())
            .unwrap();
        let (acceptor, behind) = (TlsAcceptor::from(Arc::new(config)), *server.address());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        self.names.insert(name.to_owned(), listener.local_addr().unwrap());
        self.roots.push(certificate);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let mut outside = acceptor.accept(stream).await?;
                    let mut inside = TcpStream::connect(behind).await?;
                    copy_bidirectional(&mut outside, &mut inside).await
                });
            }
        });
        server
    }

    /// The settings of production, but for a quick temper and this world.
    pub(crate) fn settings(&self, hosts: Hosts, budget: Duration) -> Settings {
        let mut settings = quick(hosts, budget);
        let lookup = Arc::new(Names(self.names.clone()));
        settings.dial.reach = Reach::Test { lookup, allow_private: true };
        settings.dial.roots.clone_from(&self.roots);
        settings
    }

    /// The public package registries.
    pub(crate) fn public(&self) -> Ownership {
        Ownership::with(self.settings(Hosts::default(), LONG)).unwrap()
    }

    /// The same, but nothing is tried a second time: the wait would be longer than the budget.
    pub(crate) fn hasty(&self) -> Ownership {
        Ownership::with(impatient(self.settings(Hosts::default(), LONG))).unwrap()
    }
}

/// Settings with which nothing is tried a second time.
pub(crate) fn impatient(mut settings: Settings) -> Settings {
    settings.retry.first_delay = 4 * LONG;
    settings.retry.longest_delay = 4 * LONG;
    settings
}

/// The settings of production, but for a quick temper. Only public addresses are dialled, beside those of `hosts`.
pub(crate) fn quick(hosts: Hosts, budget: Duration) -> Settings {
    let retry = Retry { budget, first_delay: Duration::from_millis(1), longest_delay: Duration::from_millis(20) };
    Settings { retry, ..Settings::new(hosts) }
}

/// A package.
pub(crate) fn package(kind: &str, identifier: &str, version: &str) -> Package {
    Package {
        registry_type: kind.to_owned(),
        identifier: identifier.to_owned(),
        version: Some(version.to_owned()).filter(|version| !version.is_empty()),
        ..Package::default()
    }
}

/// Checks one package.
pub(crate) async fn check(ownership: &Ownership, package: &Package) -> Result<(), OwnershipError> {
    ownership.check(&NAME.parse().unwrap(), std::slice::from_ref(package)).await
}

/// The reason of a refusal for good.
pub(crate) async fn refused(ownership: &Ownership, package: &Package) -> String {
    reason(ownership, package, false).await
}

/// The reason of a refusal that may be different later.
pub(crate) async fn refused_for_now(ownership: &Ownership, package: &Package) -> String {
    reason(ownership, package, true).await
}

async fn reason(ownership: &Ownership, package: &Package, transient: bool) -> String {
    let error = check(ownership, package).await.unwrap_err();
    assert_eq!(error.is_transient(), transient, "{error}");
    let prefix = format!("registry validation failed for package 0 ({}): ", package.identifier);
    error.to_string().strip_prefix(&prefix).unwrap().to_owned()
}

/// An answer to GET.
pub(crate) async fn get(server: &MockServer, at: &str, answer: ResponseTemplate) {
    Mock::given(method("GET")).and(path(at)).respond_with(answer).mount(server).await;
}

/// An answer to HEAD.
pub(crate) async fn head(server: &MockServer, at: &str, answer: ResponseTemplate) {
    Mock::given(method("HEAD")).and(path(at)).respond_with(answer).mount(server).await;
}

/// The first answers to GET; others come from what is mounted later.
pub(crate) async fn at_first(server: &MockServer, at: &str, times: u64, answer: ResponseTemplate) {
    Mock::given(method("GET"))
        .and(path(at))
        .respond_with(answer)
        .up_to_n_times(times)
        .expect(times)
        .mount(server)
        .await;
}

/// A status without a body.
pub(crate) fn status(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status)
}

/// JSON.
pub(crate) fn json(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

/// A page.
pub(crate) fn text(body: impl Into<String>) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_string(body)
}

/// A redirect.
pub(crate) fn found(to: &str) -> ResponseTemplate {
    ResponseTemplate::new(302).insert_header("location", to)
}

/// How often a server was asked.
pub(crate) async fn asked(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}
