//! The arguments of the commands for publishers.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use registry::model::Status;

use crate::keys::Algorithm;

#[derive(Args)]
pub(crate) struct InitArguments {
    /// File to write
    #[arg(long, default_value = "server.json", value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Overwrite the file
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a private key; prints the proof record to publish
    New(NewKeyArguments),
    /// Print the proof record of a private key
    Show(ShowKeyArguments),
}

#[derive(Args)]
pub(crate) struct NewKeyArguments {
    /// Kind of key
    #[arg(long, default_value = "ed25519", value_name = "ALGORITHM")]
    pub(crate) algorithm: Algorithm,
    /// File of the private key, which must not exist yet [default: key.hex in berth's configuration directory]
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct ShowKeyArguments {
    /// File of the private key
    #[arg(value_name = "FILE")]
    pub(crate) key: PathBuf,
}

/// The registry that a publisher talks to.
#[derive(Args)]
pub(crate) struct TargetArguments {
    /// URL of the registry [default: the one of the login, else that of `berth serve` on this machine]
    #[arg(long, env = "BERTH_REGISTRY", value_name = "URL")]
    pub(crate) registry: Option<String>,
}

#[derive(Args)]
pub(crate) struct WhoamiArguments {
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct DocumentArguments {
    /// The document
    #[arg(default_value = "server.json", value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Print the registry's answer as it is
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) target: TargetArguments,
}

#[derive(Args)]
pub(crate) struct ValidateArguments {
    #[command(flatten)]
    pub(crate) document: DocumentArguments,
    /// Ask no registry: check by the rules of this program
    #[arg(long)]
    pub(crate) offline: bool,
}

#[derive(Args)]
pub(crate) struct StatusArguments {
    /// The new status: active, deprecated or deleted
    #[arg(long, value_name = "STATUS")]
    pub(crate) status: Status,
    /// What users should know; a stored message goes where none is given
    #[arg(long)]
    pub(crate) message: Option<String>,
    /// Change every version of the server
    #[arg(long)]
    pub(crate) all_versions: bool,
    /// Do not ask before every version is changed
    #[arg(long, short = 'y')]
    pub(crate) yes: bool,
    /// Print the registry's answer as it is
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) target: TargetArguments,
    /// Name of the server, such as io.github.acme/widget
    pub(crate) name: String,
    /// An exact version
    // Not called `version`: that is the flag which every command has.
    #[arg(
        id = "server_version",
        value_name = "VERSION",
        required_unless_present = "all_versions",
        conflicts_with = "all_versions"
    )]
    pub(crate) version: Option<String>,
}

#[derive(Args)]
pub(crate) struct DeleteArguments {
    /// Why it is deleted, for those who look it up
    #[arg(long)]
    pub(crate) message: Option<String>,
    /// Do not ask
    #[arg(long, short = 'y')]
    pub(crate) yes: bool,
    /// Print the registry's answer as it is
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) target: TargetArguments,
    /// Name of the server, such as io.github.acme/widget
    pub(crate) name: String,
    /// An exact version
    #[arg(id = "server_version", value_name = "VERSION")]
    pub(crate) version: String,
}
