//! The command line. Each flag of `serve` and `sync` has an environment variable.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{Args, Parser, Subcommand};
use sync::source::Source;

mod audit;
mod cost;
mod domain;
mod login;
mod mirror;
mod owners;
mod pins;
mod publisher;

pub(crate) use audit::*;
pub(crate) use cost::*;
pub(crate) use domain::*;
pub(crate) use login::*;
pub(crate) use mirror::*;
pub(crate) use owners::*;
pub(crate) use pins::*;
pub(crate) use publisher::*;

/// A registry for MCP servers: serve one here, fill it, read it, publish to it.
#[derive(Parser)]
#[command(name = "berth", version, propagate_version = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Serve a registry from this machine, on embedded stores
    Serve(ServeArguments),
    /// Import sources once and publish the snapshot
    Sync(SyncArguments),
    /// Follow a registry into a directory, which any web server can serve
    Mirror(MirrorArguments),
    /// List the servers of a registry
    List(ListArguments),
    /// Search a registry, the best first
    Search(SearchArguments),
    /// Show one server of a registry
    Get(GetArguments),
    /// Write a server.json from what the project says of itself
    Init(InitArguments),
    /// Make and show the keys that prove a domain
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Log in at a registry
    #[command(subcommand)]
    Login(LoginCommand),
    /// Forget the login
    Logout,
    /// Show the login and what it may publish
    Whoami(WhoamiArguments),
    /// Prove that a domain is yours, to publish under its name
    VerifyDomain(VerifyDomainArguments),
    /// Show and change who may publish to a namespace
    Owners(OwnersArguments),
    /// Show what was done at a registry, and what was refused
    Audit(AuditArguments),
    /// Ask a registry whether a server.json is valid; publishes nothing
    Validate(ValidateArguments),
    /// Publish a version of a server
    Publish(DocumentArguments),
    /// Mark a version, or all of a server, as active, deprecated or deleted
    Status(StatusArguments),
    /// Delete a version; its number stays taken
    Delete(DeleteArguments),
    /// Compute what a deployment costs in a month
    Cost(Box<CostArguments>),
}

const SOURCE_HELP: &str = "A source, as [NAME=]LOCATION: a file, s3://bucket/key, an http(s) URL of a catalogue, or the URL \
                           of a registry that speaks the official API";

const FILTER_HELP: &str = "Only servers with this: package_type, transport, runs, needs_secret, tag, category, namespace, \
                           status, source, updated_since or updated_until; several of one name are alternatives";

#[derive(Args)]
pub(crate) struct DataArguments {
    /// Directory of the registry's state [default: berth in the user's data directory]
    #[arg(long, env = "BERTH_DATA", value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct ServeArguments {
    /// Address to listen on
    #[arg(long, env = "BERTH_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,
    #[command(flatten)]
    pub(crate) data: DataArguments,
    #[arg(long = "source", env = "BERTH_SOURCES", value_delimiter = ' ', value_name = "SOURCE", help = SOURCE_HELP)]
    pub(crate) sources: Vec<Source>,
    /// Import nothing, not even the default sources and the sample
    #[arg(long, env = "BERTH_NO_SOURCES", value_parser = BoolishValueParser::new(), conflicts_with = "sources")]
    pub(crate) no_sources: bool,
    /// Let anybody publish to io.modelcontextprotocol.anonymous/*, without a proof
    #[arg(long, env = "BERTH_ANONYMOUS_LOGIN", value_parser = BoolishValueParser::new())]
    pub(crate) anonymous_login: bool,
    /// Do not ask package registries whether a package is the publisher's
    #[arg(long, env = "BERTH_NO_PACKAGE_OWNERSHIP", value_parser = BoolishValueParser::new())]
    pub(crate) no_package_ownership: bool,
    /// Minutes between two imports
    #[arg(long, env = "BERTH_SYNC_MINUTES", default_value_t = 60, value_name = "MINUTES",
        value_parser = clap::value_parser!(u64).range(1..=10_080))]
    pub(crate) sync_minutes: u64,
    #[command(flatten)]
    pub(crate) mirror: ServeMirrorArguments,
}

#[derive(Args)]
pub(crate) struct SyncArguments {
    #[command(flatten)]
    pub(crate) data: DataArguments,
    /// Print a JSON report instead of a table
    #[arg(long)]
    pub(crate) json: bool,
    /// Make the snapshot anew from the table, whatever the bucket holds
    #[arg(long)]
    pub(crate) rebuild: bool,
    #[arg(required_unless_present = "rebuild", value_name = "SOURCE", help = SOURCE_HELP)]
    pub(crate) sources: Vec<Source>,
}

#[derive(Args)]
pub(crate) struct RegistryArguments {
    /// URL of the registry
    #[arg(long, env = "BERTH_REGISTRY", default_value = "http://127.0.0.1:8080", value_name = "URL")]
    pub(crate) registry: String,
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct ListArguments {
    /// Part of a name or description
    pub(crate) search: Option<String>,
    /// List every version, not only the latest of each server
    #[arg(long)]
    pub(crate) all_versions: bool,
    /// List deleted versions too
    #[arg(long)]
    pub(crate) include_deleted: bool,
    /// Only what changed after this time (RFC 3339)
    #[arg(long, value_name = "TIME")]
    pub(crate) updated_since: Option<String>,
    /// At most so many entries; 0 lists all
    #[arg(long, default_value_t = 30, value_name = "ENTRIES")]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) registry: RegistryArguments,
}

#[derive(Args)]
pub(crate) struct SearchArguments {
    /// What to look for; words may be misspelt
    pub(crate) query: Option<String>,
    #[arg(long = "filter", value_name = "NAME=VALUE", help = FILTER_HELP)]
    pub(crate) filters: Vec<String>,
    /// relevance, name, updated or published
    #[arg(long, value_name = "ORDER")]
    pub(crate) sort: Option<String>,
    /// At most so many servers; 0 shows all
    #[arg(long, default_value_t = 10, value_name = "SERVERS")]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) registry: RegistryArguments,
}

#[derive(Args)]
pub(crate) struct GetArguments {
    /// Name of the server, such as io.github.acme/widget
    pub(crate) name: String,
    /// An exact version, or `latest`
    // Not called `version`: that is the flag which every command has.
    #[arg(id = "server_version", default_value = "latest", value_name = "VERSION")]
    pub(crate) version: String,
    /// Show a deleted version too
    #[arg(long)]
    pub(crate) include_deleted: bool,
    #[command(flatten)]
    pub(crate) registry: RegistryArguments,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
