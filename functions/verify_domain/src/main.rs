//! The Lambda function.

use std::process::ExitCode;

use registry::aws::Aws;
use registry::edge::Edge;
use registry::telemetry;
use verify_domain::{State, router};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::init();
    telemetry::exit(run().await)
}

async fn run() -> Result<(), lambda_http::Error> {
    let state = State::from_env(&Aws::from_env()?)?;
    registry_lambda::serve(Edge::new(router(state)), None).await
}
