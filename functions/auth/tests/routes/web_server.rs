//! A web server with a certificate of its own authority, on loopback.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use auth::ProofFiles;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use registry_fetch::{Lookup, Options, Reach};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// Domains of the certificate.
const DOMAINS: [&str; 2] = ["example.com", "other.com"];

/// What a server sends.
#[derive(Clone)]
pub(crate) enum Reply {
    /// An answer, whole.
    Whole(String),
    /// Head, and a body that has no end.
    Endless(&'static str),
    /// Head, and a body that does not come.
    Stalled(&'static str),
}

pub(crate) struct WebServer {
    pub(crate) address: SocketAddr,
    authority: CertificateDer<'static>,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

/// Leads every name to the addresses of each call in turn; the last ones stay.
struct Turns {
    addresses: Vec<Vec<SocketAddr>>,
    calls: Arc<AtomicUsize>,
}

impl Reply {
    pub(crate) fn ok(body: &str) -> Self {
        Self::status("200 OK", "content-type: text/plain\r\n", body)
    }

    pub(crate) fn status(status: &str, headers: &str, body: &str) -> Self {
        let length = body.len();
        Self::Whole(format!(
            "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        ))
    }
}

impl WebServer {
    pub(crate) async fn new(reply: Reply) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new(DOMAINS.map(str::to_owned)).unwrap().signed_by(&key, &authority).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let this = Self {
            address: listener.local_addr().unwrap(),
            authority: authority.der().clone(),
            connections: Arc::default(),
            requests: Arc::default(),
        };
        let (connections, requests) = (Arc::clone(&this.connections), Arc::clone(&this.requests));
        let acceptor = TlsAcceptor::from(Arc::new(config));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(answer(acceptor.clone(), stream, reply.clone(), Arc::clone(&requests)));
            }
        });
        this
    }

    /// Fetches files from this server, whatever the domain, although it is no public one.
    pub(crate) fn files(&self) -> ProofFiles {
        let lookup = Arc::new(Turns { addresses: vec![vec![self.address]], calls: Arc::default() });
        self.with(Reach::Test { lookup, allow_private: true })
    }

    /// Fetches files under the guard; names lead to the addresses of each turn.
    pub(crate) fn guarded(&self, turns: &[&[SocketAddr]]) -> (ProofFiles, Arc<AtomicUsize>) {
        let calls = Arc::<AtomicUsize>::default();
        let addresses = turns.iter().map(|turn| turn.to_vec()).collect();
        let lookup = Arc::new(Turns { addresses, calls: Arc::clone(&calls) });
        (self.with(Reach::Test { lookup, allow_private: false }), calls)
    }

    fn with(&self, reach: Reach) -> ProofFiles {
        let roots = vec![self.authority.clone()];
        let short = Duration::from_millis(1500);
        let options = Options { reach, roots, read_timeout: short, timeout: short, ..ProofFiles::options() };
        ProofFiles::new(options).unwrap()
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Heads of the requests that came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn answer(acceptor: TlsAcceptor, stream: TcpStream, reply: Reply, requests: Arc<Mutex<Vec<String>>>) {
    let Ok(mut stream) = acceptor.accept(stream).await else { return };
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    requests.lock().unwrap().push(String::from_utf8(head).unwrap());
    // A client that hangs up early is part of some tests.
    let _ = send(&mut stream, reply).await;
}

async fn send(stream: &mut TlsStream<TcpStream>, reply: Reply) -> std::io::Result<()> {
    match reply {
        Reply::Whole(answer) => stream.write_all(answer.as_bytes()).await?,
        Reply::Endless(head) => {
            stream.write_all(head.as_bytes()).await?;
            loop {
                stream.write_all(b"400\r\n").await?;
                stream.write_all(&[b' '; 0x400]).await?;
                stream.write_all(b"\r\n").await?;
            }
        }
        Reply::Stalled(head) => {
            stream.write_all(head.as_bytes()).await?;
            stream.flush().await?;
            std::future::pending::<()>().await;
        }
    }
    stream.shutdown().await
}

impl Lookup for Turns {
    fn lookup<'a>(
        &'a self,
        _: &'a str,
    ) -> std::pin::Pin<Box<dyn Future<Output = std::io::Result<Vec<SocketAddr>>> + Send + 'a>> {
        let turn = self.calls.fetch_add(1, Ordering::Relaxed).min(self.addresses.len() - 1);
        Box::pin(async move { Ok(self.addresses[turn].clone()) })
    }
}
