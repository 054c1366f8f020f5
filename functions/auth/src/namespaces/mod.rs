//! Namespaces: to whom they belong, who else may publish in them, and how that changes.
//!
//! | module | its one job |
//! |---|---|
//! | [`grants`] | what a login may publish |
//! | [`ownership`] | whether a namespace is somebody's |
//! | `binding` | what binds a namespace: an account, a transfer, pins |
//! | `member`, `invitation`, `offer`, `pin`, `handle` | one thing each, and its item |
//! | `whole` | a namespace as it stands, read at once |
//! | `change` | the one transaction that changes it |
//! | `decision` | read, decide, commit; again if somebody was faster |
//! | `caller`, `refusal`, `fields` | who asks, why not, and what they sent |
//! | [`routes`] | one endpoint each |
//!
//! Every change of a namespace moves the revision of its binding. So each decision is made on the whole of it, and limits,
//! the last owner and an invitation that two accept at once need no conditions of their own.

mod binding;
mod caller;
mod change;
mod decision;
mod fields;
mod grants;
mod handle;
mod invitation;
mod limits;
mod member;
mod offer;
mod ownership;
mod pin;
mod refusal;
pub(crate) mod routes;
mod whole;

use aws_sdk_dynamodb::Client;
use registry::identity::Namespace;
use registry_auth::Permission;

pub(crate) use caller::Caller;
pub(crate) use handle::Handle;
pub(crate) use invitation::Invitation;
pub(crate) use member::Membership;
pub(crate) use refusal::Refusal;

/// A namespace that a login proves to be somebody's, in the case in which it is proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proved {
    /// The namespace.
    pub(crate) namespace: Namespace,
    /// The number of the GitHub account whose namespace it is.
    pub(crate) github_id: Option<u64>,
    /// Whether those below it are proved as well, as by DNS.
    pub(crate) below: bool,
}

/// A run of GitHub Actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// The repository, as `acme/widget`.
    pub(crate) repository: String,
    /// File name of the workflow, such as `release.yml`.
    pub(crate) workflow: Option<String>,
    /// The environment of the job.
    pub(crate) environment: Option<String>,
}

/// What a login may publish.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Granted {
    /// Namespaces that the login itself proves to be the holder's.
    pub(crate) owns: Vec<Namespace>,
    /// What it may publish: what it proves, what the holder is a member of, and what domains they hold.
    pub(crate) permissions: Vec<Permission>,
    /// What it proves or what the holder is a member of, and what is not granted all the same.
    pub(crate) refused: Vec<Refused>,
}

/// A namespace that is not granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// The namespace.
    pub(crate) namespace: Namespace,
    /// Why not, and what to do next.
    pub(crate) message: String,
}

/// The namespaces of the table.
#[derive(Clone, Debug)]
pub(crate) struct Namespaces {
    client: Client,
    table: String,
}

impl Namespaces {
    /// The namespaces in `table`.
    #[must_use]
    pub(crate) fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }
}
