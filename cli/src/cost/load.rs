//! What a registry has to do, a day.

use clap::ValueEnum;
use serde::Serialize;

/// The loads that have a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Preset {
    /// Nobody calls, nothing is watched; the schedule runs every 15 minutes
    Idle,
    /// A company: 50 servers, 500 users
    Company,
    /// The official registry: 30 lists a second, 1,200 publishes a day, 2,000 daily mirrors
    Official,
    /// Ten times the requests, publishes and mirrors of the official registry
    OfficialX10,
}

impl Preset {
    /// The word for it on the command line.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// A load. What happens is counted a day; bytes are those on the wire, compressed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Load {
    /// Pages of the list.
    pub(crate) lists: f64,
    /// Reads of one server or version.
    pub(crate) reads: f64,
    pub(crate) searches: f64,
    pub(crate) publishes: f64,
    /// Versions that are withdrawn, deprecated or edited.
    pub(crate) withdrawals: f64,
    /// Tags a month that are purged from the CDN for new versions.
    pub(crate) purges_per_month: f64,
    pub(crate) logins: f64,
    /// Downloads of the whole catalogue.
    pub(crate) copies: f64,
    /// Requests that are answered with 304.
    pub(crate) polls: f64,
    /// Runs of `sync` by the schedule.
    pub(crate) syncs: f64,
    /// What part of the requests the CDN answers by itself, 0 to 1.
    pub(crate) hit_rate: f64,
    pub(crate) list_bytes: f64,
    pub(crate) read_bytes: f64,
    pub(crate) search_bytes: f64,
    pub(crate) servers: f64,
    pub(crate) versions: f64,
    /// Bytes of one version as JSON.
    pub(crate) entry_bytes: f64,
    /// Megabytes of memory of the functions that answer requests.
    pub(crate) memory: f64,
    /// Bytes of log that a request to a function leaves.
    pub(crate) log_bytes: f64,
    pub(crate) secrets: f64,
    /// Metrics that alarms watch.
    pub(crate) alarms: f64,
    pub(crate) dashboards: f64,
    pub(crate) metrics: f64,
    pub(crate) hosted_zones: f64,
}

/// Seconds of a day.
const DAY: f64 = 86_400.0;

impl Load {
    pub(crate) fn of(preset: Preset) -> Self {
        match preset {
            Preset::Idle => Self::idle(),
            Preset::Company => Self::company(),
            Preset::Official => Self::official(1.0),
            Preset::OfficialX10 => Self::official(10.0),
        }
    }

    fn idle() -> Self {
        Self {
            lists: 0.0,
            reads: 0.0,
            searches: 0.0,
            publishes: 0.0,
            withdrawals: 0.0,
            purges_per_month: f64::from(registry::limits::PURGES_PER_MONTH),
            logins: 0.0,
            copies: 0.0,
            polls: 0.0,
            syncs: 96.0,
            hit_rate: 0.5,
            // A page of 30, one version with its headers, 30 that match.
            list_bytes: 6_000.0,
            read_bytes: 1_100.0,
            search_bytes: 6_000.0,
            servers: 50.0,
            versions: 200.0,
            entry_bytes: 907.0,
            memory: 1_024.0,
            log_bytes: 1_500.0,
            secrets: 1.0,
            alarms: 0.0,
            dashboards: 0.0,
            metrics: 0.0,
            hosted_zones: 0.0,
        }
    }

    /// Alarms and a dashboard, as the template has them, and six metrics of API Gateway for each route that is called in the
    /// month: list, server, search, publish, change of a version, login.
    fn watched() -> Self {
        Self { alarms: 6.0, dashboards: 1.0, metrics: 36.0, hosted_zones: 1.0, ..Self::idle() }
    }

    /// Each user's client asks for 20 pages, 20 servers and 5 searches a day, and once an hour whether anything is new.
    fn company() -> Self {
        let users = 500.0;
        Self {
            lists: 20.0 * users,
            reads: 20.0 * users,
            searches: 5.0 * users,
            publishes: 5.0,
            withdrawals: 0.2,
            logins: 10.0,
            copies: 10.0,
            polls: 24.0 * users,
            ..Self::watched()
        }
    }

    /// Pages are those of 100 that mirrors walk. A mirror copies the export once a day beside that, and asks each hour.
    fn official(times: f64) -> Self {
        let mirrors = 2_000.0 * times;
        Self {
            lists: 30.0 * DAY * times,
            reads: 10.0 * DAY * times,
            searches: 2.0 * DAY * times,
            publishes: 1_200.0 * times,
            withdrawals: 12.0 * times,
            logins: 1_200.0 * times,
            copies: mirrors,
            polls: 24.0 * mirrors,
            list_bytes: 16_700.0,
            servers: 38_000.0,
            versions: 127_500.0,
            ..Self::watched()
        }
    }
}
