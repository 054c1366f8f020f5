//! Domains: their names, what DNS and web servers say of them, and who has proved to hold one.
//!
//! | module | its one job |
//! |---|---|
//! | `domain` | domain names, in one form |
//! | `suffix` | which of them may be claimed |
//! | `dns` | what one set of name servers says |
//! | `resolvers`, `sight` | what several say that do not know of each other |
//! | `file` | what a web server says |
//! | `claim`, `body` | a claim, as the table has it and as it is answered |
//! | `domains` | claims and holders in the table |
//! | `verifier` | looks for proofs |
//! | `settle` | who holds a domain that two claim |
//! | `recheck` | looks at proofs again |
//! | `terms`, [`limits`], `environment` | how long, how much, configuration |

mod body;
mod claim;
mod dns;
mod domain;
mod domains;
mod environment;
mod file;
pub mod limits;
mod recheck;
mod resolvers;
mod settle;
mod sight;
mod suffix;
mod terms;
mod verifier;

pub use body::{ClaimBody, FileBody, RecordBody};
pub use claim::{Claim, Method, ProvedDomain, Status, grants};
pub use dns::{Dns, DnsError, LookupError};
pub use domain::{Domain, InvalidDomain};
pub use domains::{Domains, DomainsError};
pub use environment::{EnvironmentError, VERIFY_RESOLVERS};
pub use file::{FetchError, Files};
pub use recheck::Rechecked;
pub use resolvers::{Resolvers, ResolversError};
pub use sight::{DnsCheck, Finding, Seen, Sight};
pub use suffix::{ClaimableDomain, NotClaimable};
pub use terms::{GRACE_DAYS_VARIABLE, PROOF_DAYS_VARIABLE, Terms};
pub use verifier::{HostedZones, Look, Verifier};
