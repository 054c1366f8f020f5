//! The embedded stores on a loopback port.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use s3s::Body;
use tokio::sync::oneshot;

use super::Stores;
use super::dynamodb::Came;
use crate::listen::listen;

/// The embedded stores on a loopback port, until dropped. Requests that are running then are still answered.
pub struct Loopback {
    address: SocketAddr,
    _stop: oneshot::Sender<()>,
}

impl Loopback {
    pub(super) async fn start(stores: Arc<Stores>) -> io::Result<Self> {
        let (listener, address) = listen((Ipv4Addr::LOCALHOST, 0).into()).await?;
        let (stop, stopped) = oneshot::channel::<()>();
        let router = Router::new().fallback(answer).with_state(stores);
        let server = axum::serve(listener, router).with_graceful_shutdown(async {
            // Resolves when the sender is dropped.
            let _ = stopped.await;
        });
        tokio::spawn(server.into_future());
        Ok(Self { address, _stop: stop })
    }

    /// The address of both stores: `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn answer(State(stores): State<Arc<Stores>>, request: Request) -> Response {
    match stores.answer(request.map(Body::http_body_unsync), Came::ByLoopback).await {
        Ok(response) => response.map(axum::body::Body::new),
        Err(error) => {
            tracing::error!(%error, "embedded store failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
