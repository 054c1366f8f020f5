//! All packages of one publish.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use registry::model::{Package, ServerName};
use registry_fetch::{Options, Reach};
use tokio::time::Instant;

use crate::base::Base;
use crate::claim::Claim;
use crate::error::{OwnershipError, Refusal, SetupError};
use crate::exchange::Exchange;
use crate::hosts::Hosts;
use crate::mcpb::Mcpb;
use crate::nuget::NuGet;
use crate::oci::Oci;
use crate::retry::{self, Retry};
use crate::{cargo, limits, npm, nuget, pypi};

/// How packages are checked.
#[derive(Clone)]
pub struct Settings {
    /// Which package registries are asked.
    pub hosts: Hosts,
    /// How long.
    pub retry: Retry,
    /// How hosts are dialled that the operator did not name. Those that the operator named are dialled in the same way, but
    /// at any address.
    pub dial: Options,
}

impl Settings {
    /// As in production.
    #[must_use]
    pub fn new(hosts: Hosts) -> Self {
        let dial = Options {
            reach: Reach::Public,
            user_agent: concat!("berth/", env!("CARGO_PKG_VERSION"), " (MCP registry; checks who owns a package)"),
            accept: "application/json",
            connect_timeout: limits::CONNECT_TIMEOUT,
            read_timeout: limits::REQUEST_TIMEOUT,
            timeout: limits::REQUEST_TIMEOUT,
            roots: Vec::new(),
        };
        Self { hosts, retry: Retry::default(), dial }
    }
}

/// Asks package registries whether packages belong to the publisher of a server.
pub struct Ownership {
    registries: Registries,
    exchange: Exchange,
    retry: Retry,
}

/// Where to ask.
pub(crate) struct Registries {
    pub(crate) npm: Base,
    pub(crate) pypi: Base,
    pub(crate) nuget: NuGet,
    pub(crate) crates_io: Base,
    pub(crate) oci: Oci,
    pub(crate) mcpb: Mcpb,
}

impl Registries {
    fn new(hosts: Hosts) -> Result<Self, url::ParseError> {
        Ok(Self {
            npm: Base::new(hosts.npm, npm::PUBLIC)?,
            pypi: Base::new(hosts.pypi, pypi::PUBLIC)?,
            nuget: NuGet::new(Base::new(hosts.nuget, nuget::PUBLIC)?),
            crates_io: Base::new(hosts.crates_io, cargo::PUBLIC)?,
            oci: Oci::new(hosts.oci),
            mcpb: Mcpb::new(hosts.mcpb)?,
        })
    }
}

impl Ownership {
    /// With the settings of production.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(hosts: Hosts) -> Result<Self, SetupError> {
        Self::with(Settings::new(hosts))
    }

    /// With other settings.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn with(settings: Settings) -> Result<Self, SetupError> {
        let Settings { hosts, retry, dial } = settings;
        Ok(Self { registries: Registries::new(hosts)?, exchange: Exchange::new(&dial)?, retry })
    }

    /// Checks all packages, several at a time, within one budget.
    ///
    /// # Errors
    /// The error of the first package, in the order of the document, that is not known to belong to the server.
    pub async fn check(&self, name: &ServerName, packages: &[Package]) -> Result<(), OwnershipError> {
        let deadline = Instant::now() + self.retry.budget;
        let mut open: BTreeSet<usize> = (0..packages.len()).collect();
        let mut first: Option<OwnershipError> = None;
        let check = |(index, package)| async move { (index, package, self.check_one(name, package, deadline).await) };
        // Collected: a stream that holds the closure would make the future less than `Send`.
        let checks: Vec<_> = packages.iter().enumerate().map(check).collect();
        let mut checks = stream::iter(checks).buffer_unordered(limits::PACKAGES_AT_ONCE);
        while let Some((index, package, outcome)) = checks.next().await {
            open.remove(&index);
            if let Err(refusal) = outcome
                && first.as_ref().is_none_or(|first| index < first.index())
            {
                first = Some(OwnershipError::new(index, &package.identifier, refusal));
            }
            // Packages behind the first error no longer matter, those in front of it do.
            let settled = |error: &OwnershipError| open.first().is_none_or(|open| *open > error.index());
            if first.as_ref().is_some_and(settled) {
                break;
            }
        }
        first.map_or(Ok(()), Err)
    }

    async fn check_one(&self, name: &ServerName, package: &Package, deadline: Instant) -> Result<(), Refusal> {
        let claim = Claim::new(package, &self.registries)?;
        let attempt = || claim.prove(name, &self.exchange);
        let timed_out = || claim.timed_out(self.budget());
        retry::until(deadline, &self.retry, claim.host(), attempt, timed_out).await
    }

    fn budget(&self) -> Duration {
        self.retry.budget
    }
}
