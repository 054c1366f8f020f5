//! The arguments of the logins.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::TargetArguments;
use crate::keys::Algorithm;

#[derive(Subcommand)]
pub(crate) enum LoginCommand {
    /// Prove a GitHub account, and the organisations that it owns
    Github(GithubLoginArguments),
    /// Prove the owner of a repository from within GitHub Actions
    GithubOidc(EnvironmentLoginArguments),
    /// Prove an identity by an ID token of an issuer that the registry trusts
    Oidc(OidcLoginArguments),
    /// Prove a domain by a TXT record; may publish for its subdomains too
    Dns(DomainLoginArguments),
    /// Prove a domain by a file on its web site
    Http(DomainLoginArguments),
    /// Log in without proof, where the registry allows it
    None(EnvironmentLoginArguments),
}

#[derive(Args)]
pub(crate) struct DomainLoginArguments {
    /// The domain to prove, such as example.com
    #[arg(long)]
    pub(crate) domain: String,
    /// File of the private key, as `berth keys new` makes it
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    // Read from the environment where no flag is given, so that --key beats the variable.
    #[arg(
        long,
        value_name = "HEX",
        conflicts_with = "key",
        help = "The private key itself, in hex [env: BERTH_PRIVATE_KEY]"
    )]
    pub(crate) private_key: Option<String>,
    /// Kind of key; told by its length where absent
    #[arg(long, value_name = "ALGORITHM")]
    pub(crate) algorithm: Option<Algorithm>,
    #[command(flatten)]
    pub(crate) target: TargetArguments,
}

/// A login that needs nothing from the command line.
#[derive(Args)]
pub(crate) struct EnvironmentLoginArguments {
    #[command(flatten)]
    pub(crate) target: TargetArguments,
}

#[derive(Args)]
pub(crate) struct GithubLoginArguments {
    // Read from the environment by hand: clap would show the variable's content in the help.
    #[arg(
        long,
        value_name = "TOKEN",
        help = "A token of GitHub, instead of a login in the browser; with read:org for organisations [env: \
                MCP_GITHUB_TOKEN]"
    )]
    pub(crate) token: Option<String>,
    #[command(flatten)]
    pub(crate) target: TargetArguments,
}

#[derive(Args)]
pub(crate) struct OidcLoginArguments {
    #[arg(long, value_name = "TOKEN", help = "The ID token [env: BERTH_OIDC_TOKEN]")]
    pub(crate) token: Option<String>,
    #[command(flatten)]
    pub(crate) target: TargetArguments,
}
