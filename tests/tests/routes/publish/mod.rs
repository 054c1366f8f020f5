//! `POST /publish`

mod access;
mod audit;
mod body;
mod documents;
mod latest;
mod limits;
mod names;
mod ownership;
mod parallel;
mod refusals;
mod remotes;
mod repeat;

use std::time::Duration;

use registry::time::Timestamp;

/// Limits are counted by the hour: a test that counts must not begin at the end of one.
async fn within_an_hour() {
    let left = 3600 - Timestamp::now().as_micros() / 1_000_000 % 3600;
    if left <= 60 {
        tokio::time::sleep(Duration::from_secs(left.unsigned_abs())).await;
    }
}
