//! The arguments of `berth owners`.

use clap::{Args, Subcommand, ValueEnum};
use registry::identity::Namespace;

use super::{PinArguments, TargetArguments};
use crate::names::Handle;

#[derive(Args)]
pub(crate) struct OwnersArguments {
    #[command(subcommand)]
    pub(crate) command: OwnersCommand,
    /// Print the registry's answer as it is
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// URL of the registry [default: the one of the login, else that of `berth serve` on this machine]
    #[arg(long, env = "BERTH_REGISTRY", value_name = "URL", global = true)]
    pub(crate) registry: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum OwnersCommand {
    /// Show who may publish to a namespace
    Show { namespace: Namespace },
    /// Invite somebody, such as github:octocat
    Add {
        namespace: Namespace,
        handle: Handle,
        /// What they may do: publishers publish, owners also decide on others
        #[arg(long, default_value = "publisher")]
        role: Role,
    },
    /// Take somebody's rights away, or your own
    Remove {
        namespace: Namespace,
        #[arg(value_name = "IDENTITY-OR-HANDLE")]
        member: Handle,
    },
    /// List the invitations that wait for you
    Invitations,
    /// Accept an invitation
    Accept { namespace: Namespace },
    /// Offer a namespace to somebody, who then owns it alone
    Transfer { namespace: Namespace, handle: Handle },
    /// Take over a namespace that was offered to you
    AcceptTransfer { namespace: Namespace },
    /// Take an invitation back
    Withdraw { namespace: Namespace, handle: Handle },
    /// Take the offer of a namespace back
    WithdrawTransfer { namespace: Namespace },
    /// Say which runs of GitHub Actions may publish; the repository as OWNER/NAME, then what is asked of its runs
    Pin {
        namespace: Namespace,
        #[command(flatten)]
        pins: PinArguments,
    },
    /// Bind a namespace to another GitHub account, by its numeric id; for administrators
    Rebind {
        namespace: Namespace,
        #[arg(value_name = "GITHUB_ID")]
        github_id: u64,
    },
}

/// What a member may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    Owner,
    Publisher,
}

impl Role {
    /// The word on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Publisher => "publisher",
        }
    }
}

impl OwnersArguments {
    /// The registry that is meant.
    pub(crate) fn target(&self) -> TargetArguments {
        TargetArguments { registry: self.registry.clone() }
    }
}
