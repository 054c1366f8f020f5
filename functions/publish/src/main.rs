//! The Lambda function.

use std::process::ExitCode;
use std::sync::Arc;

use publish::{State, router};
use registry::aws::Aws;
use registry::edge::Edge;
use registry::store::Writer;
use registry::{config, telemetry};
use registry_auth::verifying_keys_from_env;
use registry_ownership::{Hosts, Ownership};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::init();
    telemetry::exit(run().await)
}

async fn run() -> Result<(), lambda_http::Error> {
    let table = Arc::new(Writer::new(Aws::from_env()?.dynamodb(), config::table_from_env()?));
    let keys = verifying_keys_from_env()?;
    let ownership = match config::flag_from_env(config::PACKAGE_OWNERSHIP, true)? {
        true => Some(Arc::new(Ownership::new(Hosts::from_env()?)?)),
        false => None,
    };
    registry_lambda::serve(Edge::new(router(State::new(table, keys, ownership)))).await
}
