//! The HTTP client of everything else that asks hosts of the operator's, for the exporter.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use opentelemetry_http::{HttpClient, HttpError};
use registry_fetch::{ClientError, Options, Reach, client};

/// How long a collector may take. A client of the registry waits as long.
const TIMEOUT: Duration = Duration::from_secs(2);

#[derive(Clone, Debug)]
pub(crate) struct Collector(reqwest::Client);

impl Collector {
    pub(crate) fn new() -> Result<Self, ClientError> {
        let options = Options {
            reach: Reach::Named,
            user_agent: concat!("berth/", env!("CARGO_PKG_VERSION")),
            accept: "application/x-protobuf",
            connect_timeout: TIMEOUT,
            read_timeout: TIMEOUT,
            timeout: TIMEOUT,
            roots: Vec::new(),
        };
        Ok(Self(client(options)?))
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let response = self.0.execute(request.try_into()?).await?;
        let mut answer = Response::new(Bytes::new());
        *answer.status_mut() = response.status();
        *answer.headers_mut() = response.headers().clone();
        // What it says beside the status is not read: a collector that says much would be kept in memory.
        Ok(answer)
    }
}
