//! HTTP clients of two kinds of trust.

use std::time::Duration;

pub use registry_fetch::ClientError;
use registry_fetch::{Options, Reach};

/// Two clients with different trust.
#[derive(Clone)]
pub(super) struct Clients {
    /// For hosts that the operator named.
    pub(super) named: reqwest::Client,
    /// For hosts that a redirect names.
    pub(super) foreign: reqwest::Client,
}

impl Clients {
    pub(super) fn new() -> Result<Self, ClientError> {
        Ok(Self { named: with_reach(Reach::Named)?, foreign: with_reach(Reach::Public)? })
    }
}

fn with_reach(reach: Reach) -> Result<reqwest::Client, ClientError> {
    registry_fetch::client(Options {
        reach,
        user_agent: concat!("berth/", env!("CARGO_PKG_VERSION")),
        accept: "application/json",
        connect_timeout: Duration::from_secs(10),
        read_timeout: Duration::from_secs(30),
        timeout: Duration::from_secs(15 * 60),
        roots: Vec::new(),
    })
}
