//! Between an API Gateway HTTP API (payload format 2.0, which function URLs send too) and the routes of a function.
//!
//! `lambda_http` translates. Around it stands what it leaves open: events that it would panic on are brought into order
//! before (`event`), and an answer that Lambda would not pass on becomes one that says so (`limit`).

mod event;
mod limit;

use lambda_http::lambda_runtime::{self, LambdaEvent};
use lambda_http::request::{LambdaRequest, RequestContext};
use lambda_http::{Adapter, Error, RequestExt};
use registry::config;
use registry::edge::{ClientAddress, Edge};
use tower::ServiceExt;

/// Serves the routes until the sandbox ends.
///
/// # Errors
/// When the environment is malformed, or the Runtime API cannot be reached.
pub async fn serve(edge: Edge) -> Result<(), Error> {
    let edge = edge.behind(config::address_header_from_env()?);
    let routes = tower::service_fn(move |mut request: lambda_http::Request| {
        let edge = edge.clone();
        if let Some(address) = address(&request) {
            request.extensions_mut().insert(address);
        }
        async move { limit::answer(edge, request).await }
    });
    let adapter = Adapter::from(routes);
    lambda_runtime::run(adapter.map_request(|mut event: LambdaEvent<LambdaRequest>| {
        event::bring_into_order(&mut event.payload);
        event
    }))
    .await
}

/// What connected to the gateway.
fn address(request: &lambda_http::Request) -> Option<ClientAddress> {
    match request.request_context_ref()? {
        RequestContext::ApiGatewayV2(context) => context.http.source_ip.as_deref()?.parse().ok().map(ClientAddress),
        _ => None,
    }
}
