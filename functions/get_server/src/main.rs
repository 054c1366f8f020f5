//! The Lambda function.

use std::sync::Arc;

use get_server::{State, router};
use registry::aws::Aws;
use registry::catalogue::Catalogue;
use registry::config::Config;
use registry::edge::Edge;
use registry::snapshot::{Bucket, SnapshotReader};
use registry::store::Reader;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    registry::telemetry::init();
    let config = Config::from_env()?;
    let aws = Aws::from_env()?;
    let snapshots = SnapshotReader::new(Bucket::new(aws.s3(), config.bucket));
    let catalogue = Arc::new(Catalogue::new(Reader::new(aws.dynamodb(), config.table), snapshots));
    catalogue.warm_up().await;
    lambda_http::run(Edge::new(router(State { catalogue }))).await
}
