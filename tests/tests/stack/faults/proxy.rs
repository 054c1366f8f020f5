//! A proxy between one function and the emulator, which inflicts what the emulator cannot: a call that is held, so that the
//! function can be killed in it, one that waits for another, and one that is refused with a status of its own.
//!
//! What passes goes to the emulator as it came, its `Host` included, so that the signature still holds.

use std::fmt::Debug;
use std::future::Future;
use std::net::Ipv4Addr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use reqwest::Client;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Nothing: it is answered.
    None,
    /// It is never sent, and never answered.
    Before,
    /// It is done, and never answered.
    After,
    /// It is answered with this status, and not done.
    Refused(StatusCode, &'static str),
}

/// A call to AWS: the action, behind it the object if it is one, such as `PutObject blocks/0123`.
pub(super) type Call = String;

type Decision = Pin<Box<dyn Future<Output = Fault> + Send>>;
type Rule = Box<dyn Fn(usize, Call) -> Decision + Send + Sync>;

pub(super) struct Proxy {
    pub(super) endpoint: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

struct Shared {
    emulator: String,
    client: Client,
    rule: Rule,
    /// What was called, and the status that it was answered with, once it was.
    calls: Mutex<Vec<(Call, Option<u16>)>>,
    held: watch::Sender<bool>,
}

impl Proxy {
    /// Asks `rule` about each call, with its number among all of them, counted from 0. Behind a call that is held, nothing
    /// passes any more: whoever sent it is as good as dead.
    pub(super) async fn before<F>(emulator: &str, rule: impl Fn(usize, Call) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Fault> + Send + 'static,
    {
        let rule: Rule = Box::new(move |number, call| Box::pin(rule(number, call)));
        let shared = Arc::new(Shared {
            emulator: emulator.to_owned(),
            client: crate::registry::client(),
            rule,
            calls: Mutex::default(),
            held: watch::Sender::new(false),
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let routes = Router::new().fallback(handle).layer(DefaultBodyLimit::disable()).with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move { drop(axum::serve(listener, routes).await) });
        Self { endpoint, shared, server }
    }

    /// Returns when a call is held.
    pub(super) async fn holds(&self) {
        self.shared.held.subscribe().wait_for(|held| *held).await.unwrap();
    }

    /// What was called, with the status that it was answered with.
    pub(super) fn calls(&self) -> Vec<(Call, Option<u16>)> {
        self.shared.calls.lock().unwrap().clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let call = call(parts.method.as_str(), parts.uri.path(), &parts.headers);
    let number = {
        let mut calls = shared.calls.lock().unwrap();
        calls.push((call.clone(), None));
        calls.len() - 1
    };
    let fault = (shared.rule)(number, call).await;
    // What came while another was held is not sent either.
    if *shared.held.borrow() || fault == Fault::Before {
        shared.held.send_replace(true);
        return std::future::pending().await;
    }
    if let Fault::Refused(status, code) = fault {
        shared.calls.lock().unwrap()[number].1 = Some(status.as_u16());
        let body = format!("<Error><Code>{code}</Code><Message>The fault.</Message></Error>");
        return (status, [(header::CONTENT_TYPE, "application/xml")], body).into_response();
    }
    let url = format!("{}{}", shared.emulator, parts.uri);
    let (status, headers, body) = forward(&shared.client, parts.method, &url, parts.headers, body).await;
    shared.calls.lock().unwrap()[number].1 = Some(status.as_u16());
    if fault == Fault::After {
        shared.held.send_replace(true);
        return std::future::pending().await;
    }
    (status, headers, body).into_response()
}

async fn forward(
    client: &Client,
    method: reqwest::Method,
    url: &str,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, HeaderMap, Bytes) {
    let sent = client.request(method, url).headers(headers).body(body).send().await;
    let answer = sent.unwrap_or_else(|error| panic!("{url}: {error:?}"));
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    headers.remove(header::TRANSFER_ENCODING);
    headers.remove(header::CONTENT_LENGTH);
    (status, headers, answer.bytes().await.unwrap())
}

fn call(method: &str, path: &str, headers: &HeaderMap) -> Call {
    // DynamoDB_20120810.PutItem
    let target = headers.get("x-amz-target").map(|target| target.to_str().unwrap());
    if let Some((_, action)) = target.and_then(|target| target.split_once('.')) {
        return action.to_owned();
    }
    let key = path.trim_start_matches('/').split_once('/').map_or("", |(_, key)| key);
    let action = match method {
        "PUT" => "PutObject",
        "GET" => "GetObject",
        "HEAD" => "HeadObject",
        other => other,
    };
    format!("{action} {key}")
}

impl Debug for Proxy {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.calls()).finish()
    }
}
