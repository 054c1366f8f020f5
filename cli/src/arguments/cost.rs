//! The arguments of `berth cost`.

use std::path::PathBuf;

use clap::Args;

use crate::cost::{Load, Preset};

/// Largest number that is taken, so that none of the results is infinite.
const MOST: f64 = 1e12;
const SECONDS_OF_DAY: f64 = 86_400.0;

#[derive(Args)]
pub(crate) struct CostArguments {
    /// The load to begin with; the options below change it
    #[arg(long, value_enum, default_value_t = Preset::Idle, value_name = "LOAD")]
    pub(crate) load: Preset,
    /// Show all loads beside each other, and what pods with a database cost for the same
    #[arg(long, conflicts_with = "load")]
    pub(crate) compare: bool,
    /// Take off what is free in every account, always
    #[arg(long)]
    pub(crate) free_tier: bool,
    /// JSON file with prices that replace those of the same name
    #[arg(long, value_name = "FILE")]
    pub(crate) prices: Option<PathBuf>,
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    own: OwnLoad,
}

/// What replaces the numbers of a load.
#[derive(Args)]
#[command(next_help_heading = "Load")]
struct OwnLoad {
    /// Pages of the list: 30/s, or 5000/d
    #[arg(long, value_parser = parse_rate, value_name = "RATE")]
    lists: Option<f64>,
    /// Reads of one server
    #[arg(long, value_parser = parse_rate, value_name = "RATE")]
    reads: Option<f64>,
    /// Searches
    #[arg(long, value_parser = parse_rate, value_name = "RATE")]
    searches: Option<f64>,
    /// Publishes
    #[arg(long, value_parser = parse_rate, value_name = "RATE")]
    publishes: Option<f64>,
    /// Versions that are withdrawn, deprecated or edited
    #[arg(long, value_parser = parse_rate, value_name = "RATE")]
    withdrawals: Option<f64>,
    /// Tags a month that are purged from the CDN for new versions
    #[arg(long, value_parser = parse_number, value_name = "NUMBER")]
    purges_per_month: Option<f64>,
    /// Logins
    #[arg(long, value_parser = parse_rate, value_name = "RATE")]
    logins: Option<f64>,
    /// Copies of the whole catalogue
    #[arg(long, value_parser = parse_rate, value_name = "RATE")]
    copies: Option<f64>,
    /// Requests of mirrors that are answered with 304
    #[arg(long, value_parser = parse_rate, value_name = "RATE")]
    polls: Option<f64>,
    /// Runs of sync by its schedule
    #[arg(long, value_parser = parse_rate, value_name = "RATE")]
    syncs: Option<f64>,
    /// What part of the requests the CDN answers: 90% or 0.9
    #[arg(long, value_parser = parse_part, value_name = "PART")]
    hit_rate: Option<f64>,
    /// Bytes of a list page, compressed
    #[arg(long, value_parser = parse_number, value_name = "BYTES")]
    list_bytes: Option<f64>,
    /// Bytes of one server
    #[arg(long, value_parser = parse_number, value_name = "BYTES")]
    read_bytes: Option<f64>,
    /// Bytes of a search's answer
    #[arg(long, value_parser = parse_number, value_name = "BYTES")]
    search_bytes: Option<f64>,
    /// Servers that are stored
    #[arg(long, value_parser = parse_number, value_name = "NUMBER")]
    servers: Option<f64>,
    /// Versions that are stored
    #[arg(long, value_parser = parse_number, value_name = "NUMBER")]
    versions: Option<f64>,
    /// Bytes of one version as JSON
    #[arg(long, value_parser = parse_number, value_name = "BYTES")]
    entry_bytes: Option<f64>,
    /// Megabytes of memory of the functions that answer
    #[arg(long, value_parser = parse_memory, value_name = "MB")]
    memory: Option<f64>,
    /// Bytes of log that each request to a function leaves
    #[arg(long, value_parser = parse_number, value_name = "BYTES")]
    log_bytes: Option<f64>,
    /// Secrets in Secrets Manager
    #[arg(long, value_parser = parse_number, value_name = "NUMBER")]
    secrets: Option<f64>,
    /// Metrics that alarms watch
    #[arg(long, value_parser = parse_number, value_name = "NUMBER")]
    alarms: Option<f64>,
    /// Dashboards
    #[arg(long, value_parser = parse_number, value_name = "NUMBER")]
    dashboards: Option<f64>,
    /// Metrics that are paid for, such as API Gateway's of single routes
    #[arg(long, value_parser = parse_number, value_name = "NUMBER")]
    metrics: Option<f64>,
    /// Hosted zones in Route 53
    #[arg(long, value_parser = parse_number, value_name = "NUMBER")]
    hosted_zones: Option<f64>,
}

impl CostArguments {
    /// The load with the numbers of the command line in it.
    pub(crate) fn over(&self, load: Load) -> Load {
        let own = &self.own;
        Load {
            lists: own.lists.unwrap_or(load.lists),
            reads: own.reads.unwrap_or(load.reads),
            searches: own.searches.unwrap_or(load.searches),
            publishes: own.publishes.unwrap_or(load.publishes),
            withdrawals: own.withdrawals.unwrap_or(load.withdrawals),
            purges_per_month: own.purges_per_month.unwrap_or(load.purges_per_month),
            logins: own.logins.unwrap_or(load.logins),
            copies: own.copies.unwrap_or(load.copies),
            polls: own.polls.unwrap_or(load.polls),
            syncs: own.syncs.unwrap_or(load.syncs),
            hit_rate: own.hit_rate.unwrap_or(load.hit_rate),
            list_bytes: own.list_bytes.unwrap_or(load.list_bytes),
            read_bytes: own.read_bytes.unwrap_or(load.read_bytes),
            search_bytes: own.search_bytes.unwrap_or(load.search_bytes),
            servers: own.servers.unwrap_or(load.servers),
            versions: own.versions.unwrap_or(load.versions),
            entry_bytes: own.entry_bytes.unwrap_or(load.entry_bytes),
            memory: own.memory.unwrap_or(load.memory),
            log_bytes: own.log_bytes.unwrap_or(load.log_bytes),
            secrets: own.secrets.unwrap_or(load.secrets),
            alarms: own.alarms.unwrap_or(load.alarms),
            dashboards: own.dashboards.unwrap_or(load.dashboards),
            metrics: own.metrics.unwrap_or(load.metrics),
            hosted_zones: own.hosted_zones.unwrap_or(load.hosted_zones),
        }
    }
}

fn parse_number(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| (0.0..=MOST).contains(number));
    number.ok_or_else(|| format!("expected a number from 0 to 1000000000000, got {text:?}"))
}

/// So often a day; a number alone is a day's.
fn parse_rate(text: &str) -> Result<f64, String> {
    let (number, times) = match text.strip_suffix("/s") {
        Some(number) => (number, SECONDS_OF_DAY),
        None => (text.strip_suffix("/d").unwrap_or(text), 1.0),
    };
    let rate = parse_number(number).ok().map(|number| number * times).filter(|rate| *rate <= MOST);
    rate.ok_or_else(|| format!("expected how often, such as 30/s or 5000/d, got {text:?}"))
}

fn parse_part(text: &str) -> Result<f64, String> {
    let (number, of) = text.strip_suffix('%').map_or((text, 1.0), |number| (number, 100.0));
    let part = parse_number(number).ok().map(|number| number / of).filter(|part| *part <= 1.0);
    part.ok_or_else(|| format!("expected a part of all, such as 90% or 0.9, got {text:?}"))
}

fn parse_memory(text: &str) -> Result<f64, String> {
    let memory = parse_number(text).ok().filter(|memory| (128.0..=10_240.0).contains(memory));
    memory.ok_or_else(|| format!("expected megabytes from 128 to 10240, got {text:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_a_day() {
        for (text, rate) in
            [("30/s", 2_592_000.0), ("5000/d", 5_000.0), ("12", 12.0), ("0/s", 0.0), ("0.5/s", 43_200.0)]
        {
            assert_eq!(parse_rate(text), Ok(rate), "{text}");
        }
        for text in ["", "/s", "-1", "1/h", "NaN", "inf", "1e12/s", "30 /s", "1e13"] {
            let error = parse_rate(text).unwrap_err();
            assert!(error.starts_with("expected how often, such as 30/s or 5000/d, got "), "{text}: {error}");
        }
    }

    #[test]
    fn parts_are_at_most_all() {
        for (text, part) in [("90%", 0.9), ("0.9", 0.9), ("0", 0.0), ("100%", 1.0), ("1", 1.0)] {
            assert_eq!(parse_part(text), Ok(part), "{text}");
        }
        for text in ["90", "101%", "-1%", "%", "", "NaN"] {
            assert!(parse_part(text).is_err(), "{text}");
        }
    }

    #[test]
    fn memory_is_what_lambda_offers() {
        assert_eq!(parse_memory("128"), Ok(128.0));
        for text in ["127", "10241", "NaN", "x"] {
            assert!(parse_memory(text).is_err(), "{text}");
        }
    }
}
