//! The Lambda function.

use std::process::ExitCode;
use std::sync::Arc;

use get_server::{State, router};
use registry::aws::Aws;
use registry::cache::Cdn;
use registry::catalogue::Catalogue;
use registry::config::{CDN_IS_TOLD, Config, flag_from_env};
use registry::edge::Edge;
use registry::snapshot::{Objects, SnapshotReader};
use registry::store::Reader;
use registry::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::init();
    telemetry::exit(run().await)
}

async fn run() -> Result<(), lambda_http::Error> {
    let config = Config::from_env()?;
    let aws = Aws::from_env()?;
    let snapshots = SnapshotReader::new(Objects::new(&aws, &config.bucket));
    let catalogue = Arc::new(Catalogue::new(Reader::new(aws.dynamodb(), config.table), snapshots));
    let cdn = if flag_from_env(CDN_IS_TOLD, false)? { Cdn::IsTold } else { Cdn::Waits };
    let edge = Edge::new(router(State { catalogue: Arc::clone(&catalogue) })).behind_cdn(cdn);
    let seen = registry_lambda::warm_up(&catalogue).await;
    registry_lambda::serve(edge, seen).await
}
