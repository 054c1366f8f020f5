//! The Lambda function.

use std::process::ExitCode;
use std::sync::Arc;

use publish::{Policy, State, router};
use registry::aws::Aws;
use registry::edge::Edge;
use registry::store::{AuditLog, Counts, Writer};
use registry::{config, limits, telemetry};
use registry_auth::verifying_keys_from_env;
use registry_ownership::{Hosts, Ownership};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::init();
    telemetry::exit(run().await)
}

async fn run() -> Result<(), lambda_http::Error> {
    let (client, table) = (Aws::from_env()?.dynamodb(), config::table_from_env()?);
    let days = config::number_from_env(config::AUDIT_DAYS, 1..=3650, limits::AUDIT_DAYS)?;
    let trail = AuditLog::new(client.clone(), table.as_str(), days);
    let counts = Counts::new(client.clone(), table.as_str());
    let table = Arc::new(Writer::new(client, table));
    let keys = verifying_keys_from_env()?;
    let ownership = match config::flag_from_env(config::PACKAGE_OWNERSHIP, true)? {
        true => Some(Arc::new(Ownership::new(Hosts::from_env()?)?)),
        false => None,
    };
    let state = State::new(table, keys, ownership, Policy::from_env()?, trail, counts);
    registry_lambda::serve(Edge::new(router(state)), None).await
}
