//! Between an API Gateway HTTP API (payload format 2.0, which function URLs send too) and the routes of a function.
//!
//! `lambda_http` translates. Around it stands what it leaves open: events that it would panic on are brought into order
//! before (`event`), and an answer that Lambda would not pass on becomes one that says so (`limit`).

mod event;
mod limit;

use lambda_http::lambda_runtime::{self, LambdaEvent};
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Error};
use registry::edge::Edge;
use tower::ServiceExt;

/// Serves the routes until the sandbox ends.
///
/// # Errors
/// When the Runtime API cannot be reached.
pub async fn serve(edge: Edge) -> Result<(), Error> {
    let routes = tower::service_fn(move |request: lambda_http::Request| {
        let edge = edge.clone();
        async move { limit::answer(edge, request).await }
    });
    let adapter = Adapter::from(routes);
    lambda_runtime::run(adapter.map_request(|mut event: LambdaEvent<LambdaRequest>| {
        event::bring_into_order(&mut event.payload);
        event
    }))
    .await
}
