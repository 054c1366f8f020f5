//! The Lambda function.

use std::process::ExitCode;
use std::sync::Arc;

use registry::aws::Aws;
use registry::catalogue::Catalogue;
use registry::config::Config;
use registry::edge::Edge;
use registry::limits;
use registry::snapshot::{Objects, SnapshotReader};
use registry::store::Reader;
use registry::telemetry;
use search::{State, router};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::init();
    telemetry::exit(run().await)
}

async fn run() -> Result<(), lambda_http::Error> {
    let config = Config::from_env()?;
    let aws = Aws::from_env()?;
    let snapshots = SnapshotReader::keeping(Objects::new(&aws, &config.bucket), limits::SEARCH_BLOCK_CACHE_BYTES);
    let catalogue = Arc::new(Catalogue::new(Reader::new(aws.dynamodb(), config.table), snapshots));
    let edge = Edge::new(router(State { catalogue: Arc::clone(&catalogue) }));
    let seen = registry_lambda::warm_up(&catalogue).await;
    registry_lambda::serve(edge, seen).await
}
