//! A small Lambda Runtime API, so that tests start the real binaries of the functions.
//!
//! Each function gets one of its own on a loopback port. It knows what a function needs: the next event, a place for the
//! answer, and a place for an error, be it of an event or of the start.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{self, DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::JoinHandle;

/// Most bytes of an answer: the Lambda service refuses larger ones. 6 MB, and the 100 bytes that AWS adds to it.
pub const ANSWER_BYTES: usize = 6 * 1024 * 1024 + 100;

/// A session token that must not come back in any log or answer.
pub const SESSION_TOKEN: &str = "a-session-token-that-nobody-may-see";

/// How long an event may take before the function counts as hanging.
const TIMEOUT: Duration = Duration::from_secs(120);

/// A function: its real binary as a child process, and the Runtime API that it polls. Killed when dropped.
pub struct Function {
    api: Arc<Api>,
    events: mpsc::UnboundedSender<Event>,
    spawned: Instant,
    exit: watch::Receiver<Option<ExitStatus>>,
    killed: Arc<Notify>,
    tasks: Vec<JoinHandle<()>>,
}

/// What a function answers to an event, as it was posted.
#[derive(Clone, Debug)]
pub struct Posted {
    /// The JSON, byte for byte.
    pub json: Bytes,
    /// Whether it is an answer; otherwise it is an error.
    pub succeeded: bool,
}

struct Event {
    id: String,
    json: String,
}

struct Api {
    events: tokio::sync::Mutex<mpsc::UnboundedReceiver<Event>>,
    waiting: Mutex<BTreeMap<String, oneshot::Sender<Posted>>>,
    first_poll: watch::Sender<Option<Instant>>,
    init_error: Mutex<Option<Value>>,
    output: Mutex<String>,
}

impl Function {
    /// Starts `binary` with the environment that Lambda gives to a function, and `variables`.
    ///
    /// # Errors
    /// When no port can be opened, or the binary cannot be started.
    pub async fn start(binary: &Path, variables: &[(&str, &str)]) -> io::Result<Self> {
        let (events, received) = mpsc::unbounded_channel();
        let api = Arc::new(Api {
            events: tokio::sync::Mutex::new(received),
            waiting: Mutex::default(),
            first_poll: watch::Sender::new(None),
            init_error: Mutex::default(),
            output: Mutex::default(),
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let server = axum::serve(listener, routes(Arc::clone(&api)));
        let mut tasks = vec![tokio::spawn(async move { drop(server.await) })];

        let mut command = command(binary, address);
        command.envs(variables.iter().copied());
        let spawned = Instant::now();
        let mut child = command.spawn()?;
        tasks.extend(child.stdout.take().map(|pipe| collect(pipe, &api)));
        tasks.extend(child.stderr.take().map(|pipe| collect(pipe, &api)));
        let (exited, exit) = watch::channel(None);
        let killed = Arc::new(Notify::new());
        tasks.push(tokio::spawn(wait(child, exited, Arc::clone(&killed))));
        Ok(Self { api, events, spawned, exit, killed, tasks })
    }

    /// Sends an event; what the function answers, or its error. A function that ends or hangs is an error too, with its
    /// output.
    ///
    /// # Errors
    /// What the function posted as error, or an object with `errorType` and `errorMessage`.
    pub async fn invoke(&self, event: &Value) -> Result<Value, Value> {
        let posted = self.post(event).await?;
        let json = serde_json::from_slice(&posted.json)
            .map_err(|error| self.failure("Runtime.InvalidAnswer", &error.to_string()))?;
        if posted.succeeded { Ok(json) } else { Err(json) }
    }

    /// Like [`Function::invoke`], but with the bytes that the function posted.
    ///
    /// # Errors
    /// When the function ends or hangs.
    pub async fn post(&self, event: &Value) -> Result<Posted, Value> {
        static NUMBERS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
        let number = NUMBERS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let id = format!("00000000-0000-4000-8000-{number:012}");
        let (answer, answered) = oneshot::channel();
        lock(&self.api.waiting).insert(id.clone(), answer);
        if self.events.send(Event { id, json: event.to_string() }).is_err() {
            return Err(self.failure("Runtime.Closed", "the runtime api is gone"));
        }
        tokio::select! {
            posted = answered => posted.map_err(|_| self.failure("Runtime.Closed", "the runtime api is gone")),
            status = self.exited() => Err(self.failure("Runtime.ExitError", &format!("the process ended: {status}"))),
            () = tokio::time::sleep(TIMEOUT) => Err(self.failure("Runtime.Timeout", "no answer in time")),
        }
    }

    /// Time from exec to the first poll of the Runtime API; `None` if the process ended without one.
    pub async fn first_poll(&self) -> Option<Duration> {
        let mut first_poll = self.api.first_poll.subscribe();
        tokio::select! {
            polled = first_poll.wait_for(Option::is_some) => Some(polled.ok()?.as_ref()?.duration_since(self.spawned)),
            _ = self.exited() => None,
        }
    }

    /// Time since exec.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.spawned.elapsed()
    }

    /// The status with which the process ends, once it does.
    pub async fn exited(&self) -> ExitStatus {
        let mut exit = self.exit.clone();
        let status = exit.wait_for(Option::is_some).await.map(|status| *status);
        match status {
            // The last lines are read after the process is gone.
            Ok(Some(status)) => {
                tokio::time::sleep(Duration::from_millis(50)).await;
                status
            }
            _ => std::future::pending().await,
        }
    }

    /// Ends the process with SIGKILL, whatever it is doing; returns when it is gone.
    pub async fn kill(&self) {
        self.killed.notify_one();
        self.exited().await;
    }

    /// What the function posted to `/runtime/init/error`.
    #[must_use]
    pub fn init_error(&self) -> Option<Value> {
        lock(&self.api.init_error).clone()
    }

    /// All lines that the function wrote so far.
    #[must_use]
    pub fn output(&self) -> String {
        lock(&self.api.output).clone()
    }

    fn failure(&self, kind: &str, message: &str) -> Value {
        json!({"errorType": kind, "errorMessage": message, "output": self.output(), "initError": self.init_error()})
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        // The child lives in one of them, and is killed with it.
        self.tasks.iter().for_each(JoinHandle::abort);
        let output = self.output();
        let secret = crate::secrets::found_in(&output);
        assert!(secret.is_none() || std::thread::panicking(), "{secret:?} is in the log: {output}");
    }
}

fn command(binary: &Path, address: SocketAddr) -> Command {
    let name = binary.file_stem().unwrap_or_default();
    let mut command = Command::new(binary);
    command
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", name)
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/test")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "test")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", berth_local::embedded::CREDENTIAL)
        .env("AWS_SECRET_ACCESS_KEY", berth_local::embedded::CREDENTIAL)
        .env("AWS_SESSION_TOKEN", SESSION_TOKEN)
        .env("LANG", "en_US.UTF-8")
        .env("TZ", ":UTC")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

fn collect(pipe: impl AsyncRead + Send + Unpin + 'static, api: &Arc<Api>) -> JoinHandle<()> {
    let api = Arc::clone(api);
    tokio::spawn(async move {
        let mut lines = BufReader::new(pipe).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let mut output = lock(&api.output);
            output.push_str(&line);
            output.push('\n');
        }
    })
}

async fn wait(mut child: Child, exited: watch::Sender<Option<ExitStatus>>, killed: Arc<Notify>) {
    let ended = tokio::select! {
        ended = child.wait() => Some(ended),
        () = killed.notified() => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => match child.start_kill() {
            Ok(()) => child.wait().await,
            Err(error) => Err(error),
        },
    };
    if let Ok(status) = ended {
        exited.send_replace(Some(status));
    }
}

fn routes(api: Arc<Api>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .layer(DefaultBodyLimit::disable())
        .with_state(api)
}

async fn next(State(api): State<Arc<Api>>) -> Response {
    api.first_poll.send_if_modified(|first| {
        let is_first = first.is_none();
        first.get_or_insert_with(Instant::now);
        is_first
    });
    let Some(Event { id, json }) = api.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let deadline = SystemTime::now() + TIMEOUT;
    let deadline = deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis().to_string();
    let headers = [
        ("lambda-runtime-aws-request-id", id.as_str()),
        ("lambda-runtime-deadline-ms", deadline.as_str()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:123456789012:function:test"),
        ("lambda-runtime-trace-id", "Root=1-65f00000-000000000000000000000000;Parent=0000000000000000;Sampled=0"),
        ("content-type", "application/json"),
    ];
    (headers, json).into_response()
}

async fn response(State(api): State<Arc<Api>>, extract::Path(id): extract::Path<String>, json: Bytes) -> Response {
    if json.len() > ANSWER_BYTES {
        let detail = format!("Exceeded maximum allowed payload size ({ANSWER_BYTES} bytes).");
        let json = json!({"errorType": "RequestEntityTooLarge", "errorMessage": detail}).to_string();
        finish(&api, &id, Posted { json: json.into(), succeeded: false });
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    finish(&api, &id, Posted { json, succeeded: true })
}

async fn error(State(api): State<Arc<Api>>, extract::Path(id): extract::Path<String>, json: Bytes) -> Response {
    finish(&api, &id, Posted { json, succeeded: false })
}

async fn init_error(State(api): State<Arc<Api>>, json: Bytes) -> Response {
    *lock(&api.init_error) = serde_json::from_slice(&json).ok();
    StatusCode::ACCEPTED.into_response()
}

fn finish(api: &Api, id: &str, posted: Posted) -> Response {
    match lock(&api.waiting).remove(id).map(|answer| answer.send(posted)) {
        Some(_) => StatusCode::ACCEPTED.into_response(),
        None => StatusCode::BAD_REQUEST.into_response(),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
