//! The arguments of `berth verify-domain`.

use std::time::Duration;

use clap::Args;
use registry::identity::Identity;

use super::TargetArguments;
use crate::duration;
use crate::names::Domain;

#[derive(Args)]
pub(crate) struct VerifyDomainArguments {
    /// The domain to prove, such as example.com
    #[arg(required_unless_present = "list", conflicts_with = "list")]
    pub(crate) domain: Option<Domain>,
    /// Print the record, and do not wait until it is seen
    #[arg(long, conflicts_with_all = ["wait", "route53", "release", "list"])]
    pub(crate) no_wait: bool,
    /// How long to wait until the record is seen; 0s looks once
    #[arg(long, default_value = "10m", value_name = "TIME", value_parser = duration::parse,
        conflicts_with_all = ["route53", "release", "list"])]
    pub(crate) wait: Duration,
    /// Have the registry write the record itself, in a Route 53 zone of its operator; for administrators
    #[arg(long, conflicts_with_all = ["release", "list"])]
    pub(crate) route53: bool,
    /// Whose the domain becomes [default: yours]
    #[arg(long, requires = "route53", value_name = "IDENTITY")]
    pub(crate) identity: Option<Identity>,
    /// Give the domain up
    #[arg(long, conflicts_with = "list")]
    pub(crate) release: bool,
    /// List your domains
    #[arg(long)]
    pub(crate) list: bool,
    /// Print the registry's answer as it is
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) target: TargetArguments,
}
