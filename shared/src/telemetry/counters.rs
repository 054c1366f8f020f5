//! Counts of requests for Prometheus, in memory.
//!
//! Written here and not by a crate: three families of atomic numbers, and a text that is written from them. The crates for it
//! bring registries, label types and locks of their own for what is one map from a closed set of routes.

use std::array;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::{Exposition, Kind, METHODS, Recorder, Served};

/// Upper ends of the histogram's buckets: microseconds, and seconds as text.
const BUCKETS: [(u64, &str); 12] = [
    (100, "0.0001"),
    (250, "0.00025"),
    (500, "0.0005"),
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (5_000_000, "5"),
];

const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

const REQUESTS: &str = "berth_http_requests_total";
const DURATION: &str = "berth_http_request_duration_seconds";

/// Requests by route, method and class of status, and how long they took.
#[derive(Debug, Default)]
pub struct Counters(RwLock<BTreeMap<String, Arc<OfRoute>>>);

#[derive(Debug)]
struct OfRoute([OfMethod; METHODS.len()]);

#[derive(Debug, Default)]
struct OfMethod {
    classes: [AtomicU64; CLASSES.len()],
    /// Each counts what is above the bucket before it; the last counts what is above all.
    buckets: [AtomicU64; BUCKETS.len() + 1],
    micros: AtomicU64,
}

impl Default for OfRoute {
    fn default() -> Self {
        Self(array::from_fn(|_| OfMethod::default()))
    }
}

impl Counters {
    fn of_route(&self, route: &str) -> Arc<OfRoute> {
        if let Some(counts) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(route) {
            return Arc::clone(counts);
        }
        let mut routes = self.0.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(routes.entry(route.to_owned()).or_default())
    }

    /// Writes the counts.
    pub fn write(&self, text: &mut Exposition) {
        // Copied, so that no request waits for the text.
        let routes = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        let methods = || {
            let all =
                routes.iter().flat_map(|(route, counts)| METHODS.iter().zip(&counts.0).map(move |of| (route, of)));
            all.map(|(route, (method, counts))| (route.as_str(), *method, counts))
        };
        text.metric(REQUESTS, Kind::Counter, "Requests that were answered.");
        for (route, method, counts) in methods() {
            for (class, count) in CLASSES.iter().zip(&counts.classes) {
                let count = count.load(Ordering::Relaxed);
                if count > 0 {
                    text.sample(REQUESTS, &[("route", route), ("method", method), ("status", class)], count);
                }
            }
        }
        text.metric(DURATION, Kind::Histogram, "Time from a request to its answer.");
        for (route, method, counts) in methods() {
            counts.write_histogram(route, method, text);
        }
    }
}

impl Recorder for Counters {
    fn record(&self, served: &Served<'_>) {
        let counts = self.of_route(served.route);
        let of_method = METHODS.iter().zip(&counts.0).find(|(method, _)| **method == served.method);
        let Some((_, counts)) = of_method else { return };
        let class = usize::from(served.status.as_u16() / 100).saturating_sub(1);
        let micros = served.duration_us();
        let bucket = BUCKETS.iter().position(|(end, _)| micros <= *end).unwrap_or(BUCKETS.len());
        for (number, by) in
            [(counts.classes.get(class), 1), (counts.buckets.get(bucket), 1), (Some(&counts.micros), micros)]
        {
            if let Some(number) = number {
                number.fetch_add(by, Ordering::Relaxed);
            }
        }
    }
}

impl OfMethod {
    fn write_histogram(&self, route: &str, method: &str, text: &mut Exposition) {
        let buckets: Vec<u64> = self.buckets.iter().map(|count| count.load(Ordering::Relaxed)).collect();
        let total: u64 = buckets.iter().sum();
        if total == 0 {
            return;
        }
        let name = format!("{DURATION}_bucket");
        let ends = BUCKETS.iter().map(|(_, end)| *end).chain(["+Inf"]);
        let mut so_far = 0;
        for (end, count) in ends.zip(buckets) {
            so_far += count;
            text.sample(&name, &[("route", route), ("method", method), ("le", end)], so_far);
        }
        let seconds = self.micros.load(Ordering::Relaxed) as f64 / 1e6;
        text.sample(&format!("{DURATION}_sum"), &[("route", route), ("method", method)], seconds);
        text.sample(&format!("{DURATION}_count"), &[("route", route), ("method", method)], total);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::StatusCode;

    use super::*;
    use crate::edge::RequestId;

    #[test]
    fn requests_are_counted_by_route_method_and_class() {
        let counters = Counters::default();
        let id = RequestId::random();
        for (method, status, micros) in
            [("GET", 200, 90), ("GET", 304, 100), ("GET", 404, 101), ("OTHER", 404, 9_000_000), ("TRACE", 200, 1)]
        {
            counters.record(&Served {
                id: &id,
                method,
                path: "/v0/servers/secret",
                route: "/v0/servers/{serverName}",
                status: StatusCode::from_u16(status).unwrap(),
                took: Duration::from_micros(micros),
                traceparent: None,
            });
        }
        let mut text = Exposition::default();
        counters.write(&mut text);
        let text = text.into_text();
        let of = "route=\"/v0/servers/{serverName}\",method=\"GET\"";
        for line in [
            format!("berth_http_requests_total{{{of},status=\"2xx\"}} 1"),
            format!("berth_http_requests_total{{{of},status=\"3xx\"}} 1"),
            format!("berth_http_requests_total{{{of},status=\"4xx\"}} 1"),
            format!("berth_http_request_duration_seconds_bucket{{{of},le=\"0.0001\"}} 2"),
            format!("berth_http_request_duration_seconds_bucket{{{of},le=\"0.00025\"}} 3"),
            format!("berth_http_request_duration_seconds_bucket{{{of},le=\"+Inf\"}} 3"),
            format!("berth_http_request_duration_seconds_sum{{{of}}} 0.000291"),
            format!("berth_http_request_duration_seconds_count{{{of}}} 3"),
            "berth_http_requests_total{route=\"/v0/servers/{serverName}\",method=\"OTHER\",status=\"4xx\"} 1"
                .to_owned(),
        ] {
            assert!(text.lines().any(|written| written == line), "{line} is not in\n{text}");
        }
        assert!(!text.contains("secret") && !text.contains("TRACE"), "{text}");
    }
}
