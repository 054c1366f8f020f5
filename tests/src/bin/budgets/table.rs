//! The functions' rows: each figure, and its change since the last landing.

use crate::budget::{Budget, Figures};
use crate::function::Kind;

pub(crate) const HEAD: &str = "\
| function | binary | zip | its limit | exec to first poll, without AWS calls | its limit | the same, stores behind TLS on \
loopback | first answer, connection to open | next answer | memory |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|";

pub(crate) fn row(kind: Kind, now: &Figures, budget: &Budget) -> String {
    let last = &budget.last;
    let (zip_limit, start_limit) = (budget.limit.zip_bytes, budget.limit.start_ms);
    let cells = [
        kind.name().to_owned(),
        megabytes(now.binary_bytes, last.binary_bytes),
        megabytes(now.zip_bytes, last.zip_bytes) + over(now.zip_bytes > zip_limit),
        format!("{:.2} MB", in_millions(zip_limit)),
        time(now.start_ms, last.start_ms) + over(now.start_ms > start_limit),
        format!("{start_limit:.2} ms"),
        time(now.start_with_stores_ms, last.start_with_stores_ms),
        time(now.answer_without_connection_ms, last.answer_without_connection_ms),
        time(now.answer_with_connection_ms, last.answer_with_connection_ms),
        megabytes(now.memory_bytes, last.memory_bytes),
    ];
    format!("| {} |", cells.join(" | "))
}

fn over(is_over: bool) -> &'static str {
    if is_over { " **over**" } else { "" }
}

fn megabytes(now: u64, last: u64) -> String {
    format!("{:.2} MB{}", in_millions(now), change(now as f64, last as f64))
}

fn time(now: f64, last: f64) -> String {
    format!("{now:.2} ms{}", change(now, last))
}

fn in_millions(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// In per cent; nothing where there is nothing to compare with.
fn change(now: f64, last: f64) -> String {
    if last == 0.0 { String::new() } else { format!(" ({:+.1} %)", (now / last - 1.0) * 100.0) }
}
