//! What a process says of itself: logs, and numbers for `CloudWatch` and Prometheus.
//!
//! Every request is told to the [`Recorder`]s of its edge, once, when it is answered. What it is counted by (function, route,
//! method) is a closed set: a path never is.

mod counters;
mod directive;
mod exposition;
mod function_line;
mod line;
mod logs;
mod metrics;
mod recorder;
mod run_line;
mod seen;
mod written;

pub use counters::Counters;
pub use directive::{Directive, Unit};
pub use exposition::{Exposition, Kind};
pub use function_line::FunctionLine;
pub use line::Line;
pub use logs::{exit, init};
pub use metrics::{METRICS, Metrics, MetricsError, function_name};
pub use recorder::{LogLine, METHODS, Recorder, Served, method_name};
pub use run_line::{Run, RunLines, SourceCounts};
pub use seen::SeenSnapshot;
pub use written::BytesWritten;
