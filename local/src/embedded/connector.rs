//! Answers the requests of AWS clients in process.

use std::fmt;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::header::HOST;
use http::{HeaderValue, Request, Response, StatusCode};
use s3s::{Body, StdError};

use super::dynamodb::Came;
use super::{Stores, dynamodb};

/// An HTTP client whose requests the stores answer.
pub(super) fn client(stores: &Arc<Stores>) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(InProcess(stores.clone()));
    http_client_fn(move |_, _| connector.clone())
}

struct InProcess(Arc<Stores>);

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InProcess")
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let stores = self.0.clone();
        HttpConnectorFuture::new(async move {
            answer(&stores, request).await.map_err(|error| ConnectorError::other(error, None))
        })
    }
}

async fn answer(stores: &Stores, request: HttpRequest) -> Result<HttpResponse, StdError> {
    let mut request = request.try_into_http1x()?.map(|body| match body.bytes() {
        Some(bytes) => Body::from(Bytes::copy_from_slice(bytes)),
        None => Body::http_body(body),
    });
    // Clients sign `host`, but leave it to the connection to send it.
    if let Some(authority) = request.uri().authority() {
        let host = HeaderValue::from_str(authority.as_str())?;
        request.headers_mut().insert(HOST, host);
    }
    let response = stores.answer(request, Came::InProcess).await?;
    Ok(response.map(SdkBody::from_body_1_x).try_into()?)
}

impl Stores {
    /// Answers a request of either protocol, which `x-amz-target` tells apart.
    pub(super) async fn answer(&self, request: Request<Body>, came: Came) -> Result<Response<Body>, StdError> {
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
        match target.filter(|target| target.starts_with("DynamoDB_")).map(str::to_owned) {
            Some(target) => dynamodb::answer(&self.dynamodb, &target, request.into_body(), came).await,
            None => {
                let response = self.s3.call(request).await?;
                // s3s explains a 304 in its body; its length would make a client wait for bytes that HTTP never sends.
                let bodiless = response.status() == StatusCode::NOT_MODIFIED;
                Ok(if bodiless { response.map(|_| Body::empty()) } else { response })
            }
        }
    }
}
