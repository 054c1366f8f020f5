//! Whether the packages of a server belong to its publisher.
//!
//! Each package must name the server: npm in `mcpName`, `PyPI`, `NuGet` and Cargo in the README, an image in a label. An MCPB
//! file must be a release asset that is there. Requests, rules and texts are the official registry's; what that registry
//! leaves to the publisher, to try again when a package registry is busy or does not show a new version yet, is done here,
//! within a budget.

mod answer;
mod base;
mod cargo;
mod claim;
mod error;
mod exchange;
mod existence;
mod fields;
mod hosts;
pub mod limits;
mod mcpb;
mod npm;
mod nuget;
mod oci;
mod ownership;
mod pypi;
mod release;
mod retry;
mod token;

pub use error::{OwnershipError, SetupError};
pub use hosts::{
    CRATES_URL, Hosts, HostsError, InvalidHost, MCPB_HOSTS, Mirror, NPM_URL, NUGET_URL, OCI_HOSTS, PYPI_URL,
};
pub use mcpb::McpbHost;
pub use oci::OciHost;
pub use ownership::{Ownership, Settings};
pub use retry::Retry;
