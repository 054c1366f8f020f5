//! Times and sizes, as they are printed.

use std::time::{Duration, Instant};

/// Median and 99th percentile of so many runs.
pub(crate) fn sample(rounds: usize, mut run: impl FnMut()) -> (Duration, Duration) {
    let timed = |_| {
        let began = Instant::now();
        run();
        began.elapsed()
    };
    percentiles((0..rounds).map(timed).collect())
}

/// Median and 99th percentile.
pub(crate) fn percentiles(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    let at = |part: usize| times.get(times.len() * part / 100).copied().unwrap_or_default();
    (at(50), at(99))
}

/// Memory of this process.
pub(crate) fn resident_kilobytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

pub(crate) fn micros(time: Duration) -> String {
    format!("{:.0} µs", time.as_secs_f64() * 1e6)
}

pub(crate) fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
