//! Secrets Manager on loopback: one answer to every call, and what was asked.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Runs until it is dropped.
pub(crate) struct SecretStore {
    pub(crate) endpoint: String,
    calls: Arc<Mutex<Vec<Call>>>,
    task: JoinHandle<()>,
}

/// A call as it came.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

#[derive(Clone)]
struct Answers {
    status: StatusCode,
    body: String,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl SecretStore {
    /// Answers every call like this.
    pub(crate) async fn new(status: u16, body: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let calls = Arc::default();
        let state =
            Answers { status: StatusCode::from_u16(status).unwrap(), body: body.to_owned(), calls: Arc::clone(&calls) };
        let router = Router::new().fallback(answer).with_state(state);
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { endpoint, calls, task }
    }

    /// Holds a secret; `content` is its text or its bytes.
    pub(crate) async fn holding(content: Value) -> Self {
        let mut secret = json!({
            "ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:berth/token-keys-a1B2c3",
            "Name": "berth/token-keys",
            "VersionId": "EXAMPLE1-90ab-cdef-fedc-ba987SECRET1",
            "VersionStages": ["AWSCURRENT"],
            "CreatedDate": 1_795_233_600.25,
        });
        secret.as_object_mut().unwrap().extend(content.as_object().unwrap().clone());
        Self::new(200, &secret.to_string()).await
    }

    /// Refuses every call with an error of the service.
    pub(crate) async fn refusing(kind: &str, message: &str) -> Self {
        Self::new(400, &json!({"__type": kind, "Message": message}).to_string()).await
    }

    /// All calls so far.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }
}

impl Call {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Drop for SecretStore {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(
    State(state): State<Answers>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, [(&'static str, &'static str); 1], String) {
    state.calls.lock().unwrap().push(Call { headers, body });
    (state.status, [("content-type", "application/x-amz-json-1.1")], state.body)
}
