//! The lines of a run of `sync` in Lambda.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tracing::Level;

use super::{Directive, Line, Metrics, SeenSnapshot, Unit};

const OF_RUN: Directive = Directive {
    dimensions: &[&["Function"]],
    metrics: &[
        ("Count", Unit::Count),
        ("Latency", Unit::Milliseconds),
        ("Errors", Unit::Count),
        ("ColdStart", Unit::Count),
        ("BytesWritten", Unit::Bytes),
    ],
};
const OF_SOURCE: Directive = Directive {
    dimensions: &[&["Function", "Source"]],
    metrics: &[("Read", Unit::Count), ("Imported", Unit::Count), ("Refused", Unit::Count), ("Failed", Unit::Count)],
};
/// Of a source that failed no more is known here.
const OF_FAILED_SOURCE: Directive =
    Directive { dimensions: &[&["Function", "Source"]], metrics: &[("Failed", Unit::Count)] };

/// Writes the lines of runs to stdout.
#[derive(Debug)]
pub struct RunLines {
    function: String,
    metrics: Metrics,
    is_warm: AtomicBool,
}

/// A run that ended.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// Lambda's name of it.
    pub invocation: &'a str,
    /// What started it, in a word.
    pub event: &'static str,
    /// Whether it failed.
    pub failed: bool,
    /// How long it took.
    pub took: Duration,
    /// Bytes that it put into the bucket.
    pub bytes_written: u64,
    /// The snapshot in force afterwards, if that is known.
    pub snapshot: Option<SeenSnapshot>,
}

/// What a run did with the entries of a source.
#[derive(Clone, Copy, Debug)]
pub struct SourceCounts {
    /// Entries that it holds.
    pub read: usize,
    /// Versions that were written.
    pub imported: usize,
    /// Entries that were not accepted.
    pub refused: usize,
}

impl RunLines {
    /// The lines of the function called `function`.
    #[must_use]
    pub fn new(function: String, metrics: Metrics) -> Self {
        Self { function, metrics, is_warm: AtomicBool::new(false) }
    }

    /// Whether metrics are written.
    #[must_use]
    pub fn are_metrics(&self) -> bool {
        self.metrics != Metrics::None
    }

    /// Writes the line of a run.
    pub fn run(&self, run: &Run<'_>) {
        let line = self.line_of_run(run);
        if self.are_metrics() || tracing::enabled!(Level::INFO) {
            line.print();
        }
    }

    /// Writes the metrics of a source, which failed if nothing was counted. The log has its numbers already.
    pub fn source(&self, source: &str, counts: Option<SourceCounts>) {
        if self.are_metrics() {
            self.line_of_source(source, counts).print();
        }
    }

    fn line_of_run(&self, run: &Run<'_>) -> Line {
        let is_cold = !self.is_warm.swap(true, Ordering::Relaxed);
        let mut line = Line::new("run");
        line.text("event", run.event)
            .span(run.invocation)
            .number("cold_start", is_cold.into())
            .number("failed", run.failed.into());
        line.milliseconds("Latency", run.took).number("BytesWritten", run.bytes_written);
        if let Some(snapshot) = run.snapshot {
            snapshot.write(&mut line);
        }
        if self.are_metrics() {
            line.text("Function", &self.function).number("Count", 1).number("Errors", run.failed.into());
            let directives: Vec<Directive> =
                [OF_RUN].into_iter().chain(run.snapshot.map(|seen| seen.directive())).collect();
            line.number("ColdStart", is_cold.into()).metrics(&directives);
        }
        line
    }

    fn line_of_source(&self, source: &str, counts: Option<SourceCounts>) -> Line {
        let mut line = Line::new("metrics of a source");
        line.text("Function", &self.function).text("Source", source).number("Failed", counts.is_none().into());
        match counts {
            Some(SourceCounts { read, imported, refused }) => line
                .number("Read", read as u64)
                .number("Imported", imported as u64)
                .number("Refused", refused as u64)
                .metrics(&[OF_SOURCE]),
            None => line.metrics(&[OF_FAILED_SOURCE]),
        };
        line
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::store::Serial;
    use crate::telemetry::function_line::tests::check;
    use crate::time::Timestamp;

    fn parsed(line: Line) -> Value {
        serde_json::from_slice(&line.finish()).unwrap()
    }

    #[test]
    fn a_run_and_its_sources_are_metrics() {
        let lines = RunLines::new("berth-Sync-1A2B".to_owned(), Metrics::Basic);
        let time = Timestamp::from_micros(Timestamp::now().as_micros() - 90_000_000);
        let run = Run {
            invocation: "8f5a",
            event: "schedule",
            failed: false,
            took: Duration::from_millis(1_500),
            bytes_written: 4_096,
            snapshot: Some(SeenSnapshot { serial: Serial(12), time }),
        };
        let (first, second) = (parsed(lines.line_of_run(&run)), parsed(lines.line_of_run(&run)));
        check(&first);
        assert_eq!((&first["ColdStart"], &second["ColdStart"]), (&json!(1), &json!(0)));
        assert_eq!((&first["SnapshotSerial"], &first["Latency"]), (&json!(12), &json!(1500.0)));
        assert!((90..100).contains(&first["SnapshotAge"].as_u64().unwrap()), "{first}");
        let good = parsed(lines.line_of_source("official", Some(SourceCounts { read: 3, imported: 2, refused: 1 })));
        check(&good);
        assert_eq!((&good["Source"], &good["Failed"], &good["Refused"]), (&json!("official"), &json!(0), &json!(1)));
        let bad = parsed(lines.line_of_source("official", None));
        check(&bad);
        assert_eq!((&bad["Failed"], bad.get("Read")), (&json!(1), None));
    }

    #[test]
    fn without_metrics_a_run_is_a_line_of_the_log() {
        let lines = RunLines::new("sync".to_owned(), Metrics::None);
        let run = Run {
            invocation: "8f5a",
            event: "stream",
            failed: true,
            took: Duration::from_micros(2_001),
            bytes_written: 0,
            snapshot: None,
        };
        assert_eq!(
            parsed(lines.line_of_run(&run)),
            json!({
                "level": "INFO", "message": "run", "event": "stream", "span": {"requestId": "8f5a"}, "cold_start": 1,
                "failed": 1, "Latency": 2.001, "BytesWritten": 0,
            })
        );
    }
}
