//! The arguments of `berth audit`.

use clap::Args;
use registry::identity::{Identity, Namespace};
use registry::time::Timestamp;

use super::TargetArguments;
use crate::duration;

#[derive(Args)]
pub(crate) struct AuditArguments {
    /// Only what concerns this namespace; without it, for administrators alone
    #[arg(long)]
    pub(crate) namespace: Option<Namespace>,
    /// Only what this identity did, such as github:583231
    #[arg(long)]
    pub(crate) identity: Option<Identity>,
    /// Only this event, such as login, publish, status, domain-proof or transfer
    #[arg(long)]
    pub(crate) event: Option<String>,
    /// Only what was refused
    #[arg(long)]
    pub(crate) refused: bool,
    /// Only from this time on: RFC 3339, or how long ago, such as 90s, 10m, 1h or 7d
    #[arg(long, value_name = "TIME", value_parser = duration::parse_moment)]
    pub(crate) since: Option<Timestamp>,
    /// Only until this time
    #[arg(long, value_name = "TIME", value_parser = duration::parse_moment)]
    pub(crate) until: Option<Timestamp>,
    /// At most so many records; 0 lists all
    #[arg(long, default_value_t = 50, value_name = "RECORDS")]
    pub(crate) limit: usize,
    /// Print a JSON array instead of a table
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) target: TargetArguments,
}
