//! A package, as the kind that it is.

use std::time::Duration;

use registry::model::{Package, ServerName};

use crate::error::{Refusal, brief};
use crate::exchange::Exchange;
use crate::ownership::Registries;
use crate::{cargo, mcpb, npm, nuget, oci, pypi};

/// A package whose fields are as they must be.
pub(crate) enum Claim<'a> {
    Npm(npm::Claim<'a>),
    PyPi(pypi::Claim<'a>),
    NuGet(nuget::Claim<'a>),
    Cargo(cargo::Claim<'a>),
    Oci(oci::Claim<'a>),
    Mcpb(mcpb::Claim<'a>),
}

impl<'a> Claim<'a> {
    pub(crate) fn new(package: &'a Package, registries: &'a Registries) -> Result<Self, Refusal> {
        match package.registry_type.as_str() {
            "npm" => npm::Claim::new(package, &registries.npm).map(Self::Npm),
            "pypi" => pypi::Claim::new(package, &registries.pypi).map(Self::PyPi),
            "nuget" => nuget::Claim::new(package, &registries.nuget).map(Self::NuGet),
            "cargo" => cargo::Claim::new(package, &registries.crates_io).map(Self::Cargo),
            "oci" => oci::Claim::new(package, &registries.oci).map(Self::Oci),
            "mcpb" => mcpb::Claim::new(package, &registries.mcpb).map(Self::Mcpb),
            other => Err(Refusal::last(format!("unsupported registry type: {}", brief(other)))),
        }
    }

    /// One try.
    pub(crate) async fn prove(&self, name: &ServerName, exchange: &Exchange) -> Result<(), Refusal> {
        match self {
            Self::Npm(claim) => claim.prove(name, exchange).await,
            Self::PyPi(claim) => claim.prove(name, exchange).await,
            Self::NuGet(claim) => claim.prove(name, exchange).await,
            Self::Cargo(claim) => claim.prove(name, exchange).await,
            Self::Oci(claim) => claim.prove(name, exchange).await,
            Self::Mcpb(claim) => claim.prove(exchange).await,
        }
    }

    /// The host that is asked.
    pub(crate) fn host(&self) -> &str {
        let base = match self {
            Self::Npm(claim) => claim.base(),
            Self::PyPi(claim) => claim.base(),
            Self::NuGet(claim) => claim.base(),
            Self::Cargo(claim) => claim.base(),
            Self::Oci(claim) => claim.base(),
            Self::Mcpb(claim) => claim.base(),
        };
        base.url().host_str().unwrap_or_default()
    }

    /// The reason when nothing was heard within the budget.
    pub(crate) fn timed_out(&self, budget: Duration) -> Refusal {
        match self {
            Self::Oci(claim) => claim.timed_out(budget),
            _ => {
                let (seconds, host) = (budget.as_secs(), self.host());
                Refusal::soon(format!("no answer from {host} within {seconds} seconds. Likely transient, retry later"))
            }
        }
    }
}
