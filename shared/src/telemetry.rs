//! Logs of the functions: one JSON object a line, level by `RUST_LOG` (default `info`).

use tracing_subscriber::EnvFilter;

/// Sets up logging for a Lambda function. Does nothing when it is set up already.
pub fn init() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // CloudWatch adds the time itself.
    let subscriber = tracing_subscriber::fmt().json().flatten_event(true).without_time().with_env_filter(filter);
    let _ = subscriber.try_init();
}
