//! Between an API Gateway HTTP API (payload format 2.0, which function URLs send too) and the routes of a function.
//!
//! `lambda_http` translates. Around it stands what it leaves open: events that it would panic on are brought into order
//! before (`event`), an answer that Lambda would not pass on becomes one that says so (`limit`), and each request leaves one
//! line (`registry::telemetry`).

mod event;
mod limit;
mod warm_up;

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::header;
use lambda_http::lambda_runtime::{self, LambdaEvent};
use lambda_http::request::{LambdaRequest, RequestContext};
use lambda_http::{Adapter, Error, RequestExt};
use registry::config;
use registry::edge::{ClientAddress, Edge, RequestId};
use registry::telemetry::{FunctionLine, Metrics, Recorder, SeenSnapshot, function_name};
use tower::ServiceExt;

pub use warm_up::warm_up;

/// Serves the routes until the sandbox ends. A function that reads snapshots says which one it began with.
///
/// # Errors
/// When the environment is malformed, or the Runtime API cannot be reached.
pub async fn serve(edge: Edge, seen: Option<SeenSnapshot>) -> Result<(), Error> {
    let lines = FunctionLine::new(function_name(), Metrics::from_env()?, seen);
    let mut recorders: Vec<Arc<dyn Recorder>> = vec![Arc::new(lines)];
    let spans = Spans::from_env(&mut recorders)?;
    let edge = edge.behind(config::address_header_from_env()?).recorded_by(recorders);
    let routes = tower::service_fn(move |mut request: lambda_http::Request| {
        let (edge, spans) = (edge.clone(), spans.clone());
        if let Some(address) = address(&request) {
            request.extensions_mut().insert(address);
        }
        let id = id(&request);
        request.extensions_mut().insert(id);
        async move {
            let response = answer(edge, request).await;
            // The sandbox may freeze once the answer is out.
            spans.flush().await;
            Ok::<_, Infallible>(response)
        }
    });
    let adapter = Adapter::from(routes);
    lambda_runtime::run(adapter.map_request(|mut event: LambdaEvent<LambdaRequest>| {
        event::bring_into_order(&mut event.payload);
        event
    }))
    .await
}

async fn answer(edge: Edge, request: lambda_http::Request) -> Response {
    let has_origin = request.headers().contains_key(header::ORIGIN);
    let path = request.uri().path().to_owned();
    let within = async |response| limit::within(response, &path, has_origin).await;
    edge.respond(request.map(Body::new), within).await
}

/// What connected to the gateway.
fn address(request: &lambda_http::Request) -> Option<ClientAddress> {
    match request.request_context_ref()? {
        RequestContext::ApiGatewayV2(context) => context.http.source_ip.as_deref()?.parse().ok().map(ClientAddress),
        _ => None,
    }
}

/// The gateway's name of a request, which its own log has too. What a client calls it does not count.
fn id(request: &lambda_http::Request) -> RequestId {
    let of_gateway = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.as_deref().and_then(RequestId::parse),
        _ => None,
    };
    let id = of_gateway.unwrap_or_else(RequestId::random);
    match request.lambda_context_ref() {
        Some(context) => id.of_invocation(context.request_id.clone()),
        None => id,
    }
}

/// The spans of requests, where this was built with them and the environment names a collector.
#[derive(Clone, Default)]
struct Spans(#[cfg(feature = "otel")] Option<Arc<registry_otel::Spans>>);

impl Spans {
    #[cfg(feature = "otel")]
    fn from_env(recorders: &mut Vec<Arc<dyn Recorder>>) -> Result<Self, Error> {
        let spans = registry_otel::Spans::from_env(&function_name())?.map(Arc::new);
        recorders.extend(spans.clone().map(|spans| spans as Arc<dyn Recorder>));
        Ok(Self(spans))
    }

    #[cfg(not(feature = "otel"))]
    fn from_env(_: &mut Vec<Arc<dyn Recorder>>) -> Result<Self, Error> {
        Ok(Self())
    }

    async fn flush(&self) {
        #[cfg(feature = "otel")]
        if let Some(spans) = &self.0 {
            spans.flush().await;
        }
    }
}
