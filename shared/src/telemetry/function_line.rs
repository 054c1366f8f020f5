//! The line of a request in Lambda. With metrics it is a document of `CloudWatch`'s embedded metric format as well, so that a
//! request is one line, and paid for once.

use std::sync::atomic::{AtomicBool, Ordering};

use tracing::Level;

use super::directive::cloud_watch_metrics;
use super::{Directive, Line, Metrics, Recorder, SeenSnapshot, Served, Unit};

const OF_FUNCTION: Directive = Directive {
    dimensions: &[&["Function"]],
    metrics: &[
        ("Count", Unit::Count),
        ("Latency", Unit::Milliseconds),
        ("Errors", Unit::Count),
        ("ClientErrors", Unit::Count),
        ("ColdStart", Unit::Count),
    ],
};
const OF_ROUTE: Directive = Directive {
    dimensions: &[&["Function", "Route", "Method"]],
    metrics: &[
        ("Count", Unit::Count),
        ("Latency", Unit::Milliseconds),
        ("Errors", Unit::Count),
        ("ClientErrors", Unit::Count),
    ],
};

/// Writes the line of each request to stdout.
#[derive(Debug)]
pub struct FunctionLine {
    function: String,
    metrics: Metrics,
    is_warm: AtomicBool,
    seen: Option<SeenSnapshot>,
    /// The directives of the first line, which has what a start found, and those of all others.
    directives: [String; 2],
}

impl FunctionLine {
    /// The lines of the function called `function`, which began with the snapshot `seen`, if it reads any.
    #[must_use]
    pub fn new(function: String, metrics: Metrics, seen: Option<SeenSnapshot>) -> Self {
        let mut directives = vec![OF_FUNCTION];
        if metrics == Metrics::Routes {
            directives.push(OF_ROUTE);
        }
        let later = cloud_watch_metrics(&directives);
        directives.extend(seen.map(|seen| seen.directive()));
        let directives = [cloud_watch_metrics(&directives), later];
        Self { function, metrics, is_warm: AtomicBool::new(false), seen, directives }
    }

    fn line(&self, served: &Served<'_>) -> Line {
        // Numbers for what is so or not: queries add them up.
        let is_cold = !self.is_warm.swap(true, Ordering::Relaxed);
        let mut line = Line::new("request");
        line.text("request_id", served.id.as_str())
            .text("method", served.method)
            .text("path", served.path)
            .text("route", served.route)
            .number("status", served.status.as_u16().into())
            .number("duration_us", served.duration_us())
            .number("cold_start", is_cold.into());
        // Once for each sandbox: the catalogue would have to be asked for more.
        if let Some(seen) = self.seen.filter(|_| is_cold) {
            seen.write(&mut line);
        }
        if let Some(invocation) = served.id.invocation() {
            line.span(invocation);
        }
        if self.metrics == Metrics::None {
            return line;
        }
        line.text("Function", &self.function);
        if self.metrics == Metrics::Routes {
            line.text("Route", served.route).text("Method", served.method);
        }
        line.number("Count", 1)
            .milliseconds("Latency", served.took)
            .number("Errors", served.status.is_server_error().into())
            .number("ClientErrors", served.status.is_client_error().into())
            .number("ColdStart", is_cold.into());
        let [first, later] = &self.directives;
        line.made_metrics(if is_cold { first } else { later });
        line
    }
}

impl Recorder for FunctionLine {
    fn record(&self, served: &Served<'_>) {
        // Metrics are no log: they are written whatever the level is.
        if self.metrics != Metrics::None || tracing::enabled!(Level::INFO) {
            self.line(served).print();
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::time::Duration;

    use http::StatusCode;
    use serde_json::{Value, json};

    use super::*;
    use crate::edge::RequestId;
    use crate::store::Serial;
    use crate::time::Timestamp;

    const ROUTE: &str = "/v0.1/servers/{serverName}/versions/{version}";

    fn lines(metrics: Metrics, seen: Option<SeenSnapshot>, statuses: &[u16]) -> Vec<Value> {
        let lines = FunctionLine::new("berth-GetServer-1A2B".to_owned(), metrics, seen);
        let id = RequestId::parse("JKJaXmPLvHcESHA=").unwrap().of_invocation("8f5a".to_owned());
        let line = |status: &u16| {
            let served = Served {
                id: &id,
                method: "GET",
                path: "/v0.1/servers/a%2Fb/versions/\u{7}\"",
                route: ROUTE,
                status: StatusCode::from_u16(*status).unwrap(),
                took: Duration::from_micros(1_250),
                traceparent: None,
            };
            serde_json::from_slice(&lines.line(&served).finish()).unwrap()
        };
        statuses.iter().map(line).collect()
    }

    /// The rules of the embedded metric format: what a directive names is a member of the root, a text where it is a dimension
    /// and a number where it is a metric.
    pub(crate) fn check(line: &Value) {
        let aws = &line["_aws"];
        let now = u64::try_from(Timestamp::now().as_micros() / 1_000).unwrap();
        let time = aws["Timestamp"].as_u64().unwrap();
        assert!(time <= now && now - time < 3_600_000, "{time} is no time in milliseconds");
        let directives = aws["CloudWatchMetrics"].as_array().unwrap();
        assert!(!directives.is_empty());
        for directive in directives {
            assert_eq!(directive["Namespace"], "Berth");
            for set in directive["Dimensions"].as_array().unwrap() {
                let set = set.as_array().unwrap();
                assert!((1..=30).contains(&set.len()));
                for name in set {
                    let value = line[name.as_str().unwrap()].as_str().unwrap_or_else(|| panic!("{name}: {line}"));
                    assert!((1..=1024).contains(&value.len()) && value.is_ascii(), "{value}");
                }
            }
            let metrics = directive["Metrics"].as_array().unwrap();
            assert!((1..=100).contains(&metrics.len()));
            for metric in metrics {
                let name = metric["Name"].as_str().unwrap();
                assert!(line[name].is_number(), "{name}: {line}");
                assert!(
                    ["Count", "Milliseconds", "Seconds", "Bytes", "None"].contains(&metric["Unit"].as_str().unwrap())
                );
            }
        }
    }

    #[test]
    fn without_metrics_it_is_a_line_of_the_log() {
        let lines = lines(Metrics::None, None, &[200, 404]);
        assert_eq!((&lines[0]["cold_start"], &lines[1]["cold_start"]), (&json!(1), &json!(0)));
        assert_eq!(
            lines[1],
            json!({
                "level": "INFO", "message": "request", "request_id": "JKJaXmPLvHcESHA=", "method": "GET",
                "path": "/v0.1/servers/a%2Fb/versions/\u{7}\"", "route": ROUTE, "status": 404, "duration_us": 1250,
                "cold_start": 0, "span": {"requestId": "8f5a"},
            })
        );
    }

    #[test]
    fn metrics_of_a_function_are_counted_by_it_alone() {
        let seen = SeenSnapshot { serial: Serial(7), time: Timestamp::from_micros(0) };
        let lines = lines(Metrics::Basic, Some(seen), &[404, 503]);
        lines.iter().for_each(check);
        let values = |line: &Value| {
            ["Count", "Latency", "Errors", "ClientErrors", "ColdStart"].map(|name| line[name].as_f64().unwrap())
        };
        assert_eq!(values(&lines[0]), [1.0, 1.25, 0.0, 1.0, 1.0]);
        assert_eq!(values(&lines[1]), [1.0, 1.25, 1.0, 0.0, 0.0]);
        assert_eq!(lines[0]["Function"], "berth-GetServer-1A2B");
        assert_eq!(lines[0]["SnapshotSerial"], 7);
        assert!(lines[0]["SnapshotAge"].as_u64().unwrap() > 1_700_000_000);
        assert!(lines[1].get("SnapshotSerial").is_none() && !lines[1]["_aws"].to_string().contains("Snapshot"));
        assert!(!lines[0]["_aws"].to_string().contains("Route"));
    }

    #[test]
    fn the_empty_registry_has_no_age() {
        let seen = SeenSnapshot { serial: Serial(0), time: None };
        let lines = lines(Metrics::Basic, Some(seen), &[200]);
        check(&lines[0]);
        assert_eq!((&lines[0]["SnapshotSerial"], lines[0].get("SnapshotAge")), (&json!(0), None));
    }

    #[test]
    fn metrics_of_routes_come_on_top() {
        let lines = lines(Metrics::Routes, None, &[200]);
        check(&lines[0]);
        let sets: Vec<&Value> =
            lines[0]["_aws"]["CloudWatchMetrics"].as_array().unwrap().iter().map(|of| &of["Dimensions"]).collect();
        assert_eq!(sets, [&json!([["Function"]]), &json!([["Function", "Route", "Method"]])]);
        assert_eq!((&lines[0]["Route"], &lines[0]["Method"]), (&json!(ROUTE), &json!("GET")));
    }
}
