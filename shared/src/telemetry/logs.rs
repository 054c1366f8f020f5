//! Logs of the functions: one JSON object a line, level by `RUST_LOG` (default `info`).

use std::error::Error;
use std::process::ExitCode;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Sets up logging for a Lambda function. Does nothing when it is set up already.
///
/// `RUST_LOG` is a level, or levels by module: `warn`, `info,registry=debug`. Filters by span or field are not offered:
/// they would bring a regex engine into each function.
pub fn init() {
    let wanted = std::env::var("RUST_LOG").ok().and_then(|text| text.parse().ok());
    let filter: Targets = wanted.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    // At `trace` the runtime writes whole events, tokens included.
    let most = filter.iter().map(|(_, level)| level).chain(filter.default_level()).max().unwrap_or(LevelFilter::INFO);
    let filter = filter.with_target("lambda_runtime", most.min(LevelFilter::DEBUG));
    // CloudWatch adds the time itself. The list of spans would say once more what the span says.
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_span_list(false).without_time();
    let _ = tracing_subscriber::registry().with(lines).with(filter).try_init();
}

/// Logs why a function ended, if it failed: `main` would print the error's `Debug` form, and not as JSON.
#[must_use]
pub fn exit(outcome: Result<(), Box<dyn Error + Send + Sync>>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = crate::error_chain(&*error), "the function cannot go on");
            ExitCode::FAILURE
        }
    }
}
