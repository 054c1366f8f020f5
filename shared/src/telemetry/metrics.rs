//! How much is measured: every metric of `CloudWatch` has its price, so none is until somebody wants it.

use std::str::FromStr;

use crate::config::optional;

/// Name of the variable that says which metrics a function writes: `none`, which is the default, `basic` or `routes`.
pub const METRICS: &str = "BERTH_METRICS";

/// Which metrics a function writes (`docs/adr/0018-metrics.md`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Metrics {
    /// None: the log has the same numbers.
    #[default]
    None,
    /// Those of each function, and of each source.
    Basic,
    /// Those of each route, too.
    Routes,
}

/// The variable says something else.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("environment variable {METRICS} is neither none, basic nor routes: {0:?}")]
pub struct MetricsError(String);

impl Metrics {
    /// As the environment says.
    ///
    /// # Errors
    /// When it says something else.
    pub fn from_env() -> Result<Self, MetricsError> {
        optional(METRICS).map_or(Ok(Self::None), |text| text.parse())
    }
}

impl FromStr for Metrics {
    type Err = MetricsError;

    fn from_str(text: &str) -> Result<Self, MetricsError> {
        match text {
            "none" => Ok(Self::None),
            "basic" => Ok(Self::Basic),
            "routes" => Ok(Self::Routes),
            other => Err(MetricsError(other.to_owned())),
        }
    }
}

/// The function's name, which Lambda gives to every function.
#[must_use]
pub fn function_name() -> String {
    optional("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|| "unknown".to_owned())
}
