//! The Lambda function.

use std::process::ExitCode;

use auth::{State, router};
use registry::aws::Aws;
use registry::edge::Edge;
use registry::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::init();
    telemetry::exit(run().await)
}

async fn run() -> Result<(), lambda_http::Error> {
    let aws = Aws::from_env()?;
    registry_lambda::serve(Edge::new(router(State::from_env(&aws).await?)), None).await
}
