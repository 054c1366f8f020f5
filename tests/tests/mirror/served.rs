//! `berth serve --mirror`: reads like the registry's, no changes, and the files for others.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::body::Bytes;
use berth_local::{Following, MirrorEvent, MirrorOptions, ServeError, serve_mirror};
use berth_tests::Version;
use tokio::sync::oneshot;

use crate::upstream::Upstream;

/// A mirror that is served.
pub(crate) struct Served {
    pub(crate) url: String,
    client: reqwest::Client,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), ServeError>>>,
}

impl Served {
    /// Serves what others write into the directory.
    pub(crate) async fn start(directory: &Path) -> Self {
        Self::with(directory, None).await
    }

    pub(crate) async fn with(directory: &Path, following: Option<Following>) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (ready, address) = oneshot::channel();
        let ready = Mutex::new(Some(ready));
        let on_event = Arc::new(move |event: MirrorEvent<'_>| {
            if let MirrorEvent::Ready(address) = event {
                let _ = ready.lock().unwrap().take().unwrap().send(address);
            }
        });
        let options = MirrorOptions {
            listen: ([127, 0, 0, 1], 0).into(),
            directory: directory.to_owned(),
            registry: "https://registry.example.com".into(),
            following,
        };
        // A runtime of its own, as the command has one.
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(serve_mirror(options, on_event, async { drop(stopped.await) }))
        });
        let url = format!("http://{}", address.await.unwrap());
        let client = reqwest::Client::builder().tls_backend_preconfigured(tls()).no_gzip().no_brotli().build().unwrap();
        Self { url, client, stop: Some(stop), thread: Some(thread) }
    }

    /// Status, body, and serial.
    pub(crate) async fn get(&self, path: &str) -> (u16, Bytes, Option<String>) {
        let answer = self.client.get(format!("{}{path}", self.url)).send().await.unwrap();
        let serial = answer.headers().get("berth-serial").map(|serial| serial.to_str().unwrap().to_owned());
        (answer.status().as_u16(), answer.bytes().await.unwrap(), serial)
    }

    pub(crate) async fn stop(mut self) {
        self.stop = None;
        let thread = self.thread.take().unwrap();
        tokio::task::spawn_blocking(|| thread.join()).await.unwrap().unwrap().unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn tls() -> rustls::ClientConfig {
    rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}

/// A change is in the answers as soon as it is in the log, whoever appends it; a mirror that was stopped goes on.
#[tokio::test(flavor = "multi_thread")]
async fn it_follows_while_it_is_served() {
    let upstream = Upstream::new().await;
    let dir = tempfile::tempdir().unwrap();
    upstream.registry.put(&[Version::new("a.b/one", "1.0.0")]).await;
    upstream.snapshot().await;
    for name in ["a.b/two", "a.b/three"] {
        let following = Following { mirror: upstream.mirror(dir.path()), interval: Duration::from_millis(5) };
        let served = Served::with(dir.path(), Some(following)).await;
        upstream.registry.put(&[Version::new(name, "1.0.0")]).await;
        let path = format!("/v0.1/servers/{}/versions/latest", name.replace('/', "%2F"));
        let start = std::time::Instant::now();
        while served.get(&path).await.0 != 200 {
            assert!(start.elapsed() < Duration::from_secs(60), "{name} does not come");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        served.stop().await;
        assert_eq!(std::fs::read(dir.path().join("v0.1/servers")).unwrap(), upstream.list().await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_can_be_changed_there() {
    let upstream = Upstream::new().await;
    let dir = tempfile::tempdir().unwrap();
    upstream.registry.put(&[Version::new("a.b/one", "1.0.0")]).await;
    upstream.snapshot().await;
    upstream.update(dir.path()).await.unwrap();
    let served = Served::start(dir.path()).await;
    for (method, path) in [
        ("POST", "/v0.1/publish"),
        ("POST", "/v0/publish"),
        ("PUT", "/v0.1/servers/a.b%2Fone/versions/1.0.0"),
        ("DELETE", "/v0.1/servers/a.b%2Fone/versions/1.0.0"),
        ("PATCH", "/v0.1/servers/a.b%2Fone/versions/1.0.0/status"),
        ("PATCH", "/v0.1/servers/a.b%2Fone/status"),
        ("POST", "/v0.1/auth/none"),
    ] {
        let url = format!("{}{path}", served.url);
        let answer = served.client.request(method.parse().unwrap(), url).body("{}").send().await.unwrap();
        assert_eq!(answer.status(), 405, "{method} {path}");
        assert_eq!(answer.headers()["allow"], "GET, HEAD, OPTIONS");
        let text = answer.text().await.unwrap();
        assert!(text.contains("read only: log in and publish at https://registry.example.com"), "{text}");
    }
    for path in ["/mirror/state.json", "/exports/../mirror/state.json", "/exports/%2e%2e/state.json", "/changes/x/y"] {
        assert_eq!(served.get(path).await.0, 404, "{path}");
    }
    assert_eq!(served.get("/v0.1/health").await.0, 200);
    let (status, body, _) = served.get("/v0.1/x/dev.berth/snapshot").await;
    assert_eq!((status, body), (200, std::fs::read(dir.path().join("v0.1/x/dev.berth/snapshot")).unwrap().into()));
}
