//! A registry on a port, and a network before it that can be told to misbehave.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use berth_mirror::{Mirror, MirrorError, Options, Remote, Report, Retry, Trust};
use berth_tests::{Client, Registry};
use http::StatusCode;
use registry::catalogue::Wanted;
use registry::model::Status;

/// What happens to an answer on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It does not come.
    Lost,
    /// It ends in the middle.
    Cut,
    /// 503.
    Busy,
    /// An earlier one to the same question comes.
    Stale,
    /// An earlier one to another question about changes comes.
    Repeated,
    /// A byte of a file or of the signed document is another.
    Tampered,
}

pub(crate) const FAULTS: [Fault; 6] =
    [Fault::Lost, Fault::Cut, Fault::Busy, Fault::Stale, Fault::Repeated, Fault::Tampered];

/// Answers something else to some requests.
pub(crate) type Instead = Arc<dyn Fn(&str, &Bytes) -> Option<(StatusCode, Bytes)> + Send + Sync>;

pub(crate) struct Upstream {
    pub(crate) registry: Registry,
    pub(crate) url: String,
    network: Arc<Network>,
    server: tokio::task::JoinHandle<()>,
}

struct Network {
    client: Client,
    bucket: std::path::PathBuf,
    state: Mutex<Weather>,
}

#[derive(Default)]
struct Weather {
    /// What happens to the next answers, and then again from the beginning.
    faults: Vec<Option<Fault>>,
    next: usize,
    earlier: HashMap<String, Answered>,
    last_changes: Option<Answered>,
    instead: Option<Instead>,
    asked: Vec<String>,
}

type Answered = (StatusCode, http::HeaderMap, Bytes);

impl Upstream {
    pub(crate) async fn new() -> Self {
        Self::of(Registry::new().await).await
    }

    pub(crate) async fn of(registry: Registry) -> Self {
        let bucket = registry.dir.path().join("s3/berth");
        let network = Arc::new(Network { client: registry.client(), bucket, state: Mutex::default() });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&network));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { registry, url, network, server }
    }

    /// From now on, answers meet these faults, one after another.
    pub(crate) fn faults(&self, faults: Vec<Option<Fault>>) {
        let mut state = self.network.state.lock().unwrap();
        (state.faults, state.next) = (faults, 0);
    }

    /// From now on, these answers are given in place of the registry's.
    pub(crate) fn instead(&self, instead: Option<Instead>) {
        self.network.state.lock().unwrap().instead = instead;
    }

    /// What was asked since the last call.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.network.state.lock().unwrap().asked)
    }

    /// Publishes the snapshot of the present state.
    pub(crate) async fn snapshot(&self) {
        self.registry.sync.publish().await.unwrap();
    }

    pub(crate) fn mirror(&self, directory: &Path) -> Mirror {
        self.try_mirror(directory, Trust::default()).unwrap()
    }

    pub(crate) fn try_mirror(&self, directory: &Path, trust: Trust) -> Result<Mirror, MirrorError> {
        open(directory, &self.url, trust)
    }

    /// Brings a directory up to date and leaves it.
    pub(crate) async fn update(&self, directory: &Path) -> Result<Report, MirrorError> {
        self.mirror(directory).update().await
    }

    /// The present state as one list response, from the table.
    pub(crate) async fn list(&self) -> Vec<u8> {
        let view = self.registry.sync.catalogue().view().await.unwrap();
        let entries: Vec<_> = view
            .servers_from("", Wanted::default())
            .flat_map(|server| server.entries())
            .filter(|entry| entry.status != Status::Deleted)
            .collect();
        let mut body = b"{\"servers\":[".to_vec();
        view.append_json(&entries, &mut body).await.unwrap();
        body.extend_from_slice(format!("],\"metadata\":{{\"count\":{}}}}}\n", entries.len()).as_bytes());
        body
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Opens a mirror that does not wait long before it tries again.
pub(crate) fn open(directory: &Path, url: &str, trust: Trust) -> Result<Mirror, MirrorError> {
    let retry = Retry { tries: 2, first_delay: Duration::from_millis(1), longest_delay: Duration::from_millis(2) };
    Mirror::open(directory, Remote::new(url, retry).unwrap(), Options { trust, ..Options::default() })
}

/// All files of a directory that are served, with what they hold.
pub(crate) fn files(directory: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, path: &Path, files: &mut std::collections::BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            match path.is_dir() {
                true if name == "mirror" => {}
                true => walk(root, &path, files),
                false => drop(files.insert(name, std::fs::read(&path).unwrap())),
            }
        }
    }
    let mut files = std::collections::BTreeMap::new();
    walk(directory, directory, &mut files);
    files
}

async fn answer(State(network): State<Arc<Network>>, request: Request) -> Response {
    let path = request.uri().to_string();
    let fault = {
        let mut state = network.state.lock().unwrap();
        state.asked.push(path.clone());
        let next = state.next;
        state.next += 1;
        let count = state.faults.len().max(1);
        state.faults.get(next % count).copied().flatten()
    };
    let (mut status, mut headers, mut body) = network.fetch(&path, request).await;
    let mut cut = false;
    {
        let mut state = network.state.lock().unwrap();
        if let Some((other, bytes)) = state.instead.as_ref().and_then(|instead| instead(&path, &body)) {
            (status, body) = (other, bytes);
            headers.remove("etag");
        }
        let now = (status, headers.clone(), body.clone());
        let is_changes = path.starts_with("/v0.1/x/dev.berth/changes");
        match fault {
            None => {}
            Some(Fault::Lost) => (cut, body) = (true, Bytes::new()),
            Some(Fault::Cut) => (cut, body) = (true, body.slice(..body.len() / 2)),
            Some(Fault::Busy) => (status, headers, body) = (StatusCode::SERVICE_UNAVAILABLE, headers, Bytes::new()),
            Some(Fault::Stale) => {
                if let Some(earlier) = state.earlier.get(&path) {
                    (status, headers, body) = earlier.clone();
                }
            }
            Some(Fault::Repeated) if is_changes => {
                if let Some(earlier) = &state.last_changes {
                    (status, headers, body) = earlier.clone();
                }
            }
            Some(Fault::Repeated) => {}
            // What nobody signed is as good as the way that it comes on, which is TLS.
            Some(Fault::Tampered) if !is_changes && !body.is_empty() => {
                let (mut bytes, at) = (body.to_vec(), body.len() / 2);
                bytes[at] ^= 1;
                body = bytes.into();
            }
            Some(Fault::Tampered) => {}
        }
        if now.0 == StatusCode::OK {
            if is_changes {
                state.last_changes = Some(now.clone());
            }
            // The first one is kept: a cache that is as old as can be.
            state.earlier.entry(path).or_insert(now);
        }
    }
    headers.remove("content-length");
    let body = if cut {
        let end = Err::<Bytes, _>(std::io::Error::other("the line is dead"));
        Body::from_stream(futures_util::stream::iter([Ok(body), end]))
    } else {
        Body::from(body)
    };
    let mut response = Response::new(body);
    (*response.status_mut(), *response.headers_mut()) = (status, headers);
    response
}

impl Network {
    /// What the registry answers; objects come from the bucket, as its web server gives them.
    async fn fetch(&self, path: &str, request: Request) -> Answered {
        if path.starts_with("/exports/") || path.starts_with("/changes/") {
            let range = request.headers().get("range").and_then(|range| range.to_str().ok());
            let from = range.and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
            return match std::fs::read(self.bucket.join(&path[1..])) {
                Ok(bytes) => {
                    let mut headers = http::HeaderMap::new();
                    headers.insert("content-encoding", "gzip".parse().unwrap());
                    let bytes = Bytes::from(bytes);
                    match from.filter(|from| *from < bytes.len()) {
                        Some(from) => {
                            let range = format!("bytes {from}-{}/{}", bytes.len() - 1, bytes.len());
                            headers.insert("content-range", range.parse().unwrap());
                            (StatusCode::PARTIAL_CONTENT, headers, bytes.slice(from..))
                        }
                        None => (StatusCode::OK, headers, bytes),
                    }
                }
                Err(_) => (StatusCode::NOT_FOUND, http::HeaderMap::new(), Bytes::new()),
            };
        }
        let headers: Vec<(String, String)> = request
            .headers()
            .iter()
            .filter(|(name, _)| *name == "if-none-match")
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = self.client.send(request.method().as_str(), path, &headers).await;
        (StatusCode::from_u16(answer.status).unwrap(), answer.headers, answer.body)
    }
}
