//! Stores as a function sees them on AWS: behind TLS, Secrets Manager at another connection than the table.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use berth_local::embedded::Loopback;
use berth_tests::{Registry, Version};
use registry::snapshot::{Snapshot, SnapshotReader};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::function::SEED;
use crate::{Outcome, tls};

/// Servers of the catalogue.
const SERVERS: u32 = 100;
/// Longest head of a request.
const HEAD_BYTES: usize = 16 * 1024;

/// The embedded stores behind TLS, with a catalogue and its snapshot, and a Secrets Manager with the seed.
pub(crate) struct Stores {
    _loopback: Loopback,
    stores: berth_local::Stores,
    /// The roots, and the state if it is of their own.
    dir: TempDir,
    endpoint: String,
    /// Counts cuts; connections end when it changes.
    cuts: watch::Sender<u64>,
    handshakes: Arc<Mutex<Vec<Duration>>>,
}

/// What one connection needs.
#[derive(Clone)]
struct Connections {
    acceptor: TlsAcceptor,
    upstream: String,
    cut: watch::Receiver<u64>,
    handshakes: Arc<Mutex<Vec<Duration>>>,
}

impl Stores {
    /// A small catalogue of their own.
    pub(crate) async fn start() -> Outcome<Self> {
        let servers: Vec<Version> =
            (0..SERVERS).map(|number| Version::new(&format!("com.example/server-{number}"), "1.0.0")).collect();
        let Registry { stores, dir, .. } = Registry::with(&servers).await;
        Self::of(stores, dir).await
    }

    /// The state below a directory that `berth` keeps.
    pub(crate) async fn at(data: &Path) -> Outcome<Self> {
        Self::of(berth_local::Stores::embedded(data).await?, tempfile::tempdir()?).await
    }

    async fn of(stores: berth_local::Stores, dir: TempDir) -> Outcome<Self> {
        let loopback = stores.as_embedded().ok_or("no embedded stores")?.listen().await?;
        let acceptor = tls::acceptor("127.0.0.1", &roots(dir.path()))?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let endpoint = format!("https://{}", listener.local_addr()?);
        let (cuts, cut) = watch::channel(0);
        let handshakes = Arc::<Mutex<Vec<Duration>>>::default();
        let upstream = loopback.endpoint().trim_start_matches("http://").to_owned();
        let connections = Connections { acceptor, upstream, cut, handshakes: Arc::clone(&handshakes) };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(connections.clone().serve(stream));
            }
        });
        Ok(Self { _loopback: loopback, stores, dir, endpoint, cuts, handshakes })
    }

    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The file with the roots that a function has to trust.
    pub(crate) fn roots(&self) -> PathBuf {
        roots(self.dir.path())
    }

    /// The catalogue's snapshot.
    pub(crate) async fn snapshot(&self) -> Outcome<Snapshot> {
        Ok(SnapshotReader::new(self.stores.bucket()).open().await?)
    }

    /// Ends all connections, as an idle time does, and gives the function time to see it.
    pub(crate) async fn cut(&self) {
        self.cuts.send_modify(|count| *count += 1);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    /// The handshakes since the last call: each from the accepted connection to the client's last word.
    pub(crate) fn handshakes(&self) -> Vec<Duration> {
        std::mem::take(&mut *self.handshakes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Connections {
    async fn serve(mut self, stream: TcpStream) {
        self.cut.mark_unchanged();
        let mut cut = self.cut.clone();
        tokio::select! {
            // A function that is killed leaves connections in any state.
            _ = self.pass_on(stream) => {}
            _ = cut.changed() => {}
        }
    }

    async fn pass_on(&self, stream: TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let began = Instant::now();
        let mut stream = self.acceptor.accept(stream).await?;
        self.handshakes.lock().unwrap_or_else(PoisonError::into_inner).push(began.elapsed());
        let mut head = Vec::new();
        while !head.windows(4).any(|four| four == b"\r\n\r\n") {
            if head.len() > HEAD_BYTES || stream.read_buf(&mut head).await? == 0 {
                return Ok(());
            }
        }
        if head.windows(b"secretsmanager.".len()).any(|word| word == b"secretsmanager.") {
            let secret = serde_json::json!({"Name": "berth/token-keys", "SecretString": SEED}).to_string();
            let length = secret.len();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
            );
            stream.write_all((head + &secret).as_bytes()).await?;
            return stream.shutdown().await;
        }
        let mut upstream = TcpStream::connect(&self.upstream).await?;
        upstream.set_nodelay(true)?;
        upstream.write_all(&head).await?;
        copy_bidirectional(&mut stream, &mut upstream).await.map(drop)
    }
}

fn roots(directory: &Path) -> PathBuf {
    directory.join("roots.pem")
}
