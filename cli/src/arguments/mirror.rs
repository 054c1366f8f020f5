//! The arguments of `berth mirror`, and of `berth serve --mirror`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::BoolishValueParser;

#[derive(Args)]
pub(crate) struct MirrorArguments {
    /// Directory of the mirror; any web server can serve it
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,
    /// URL of the registry
    #[arg(long, value_name = "URL")]
    pub(crate) from: String,
    /// Go on, asking for changes every so many seconds [default: 1]
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "1",
        value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) follow: Option<u64>,
    /// Print a JSON report
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) trust: TrustArguments,
}

#[derive(Args)]
pub(crate) struct TrustArguments {
    /// Keys of the registry, as a JWK set from its operator; without it those count that the registry shows first
    #[arg(long = "key", env = "BERTH_MIRROR_KEY", value_name = "FILE")]
    pub(crate) keys: Option<PathBuf>,
    /// Take the keys that the registry shows now in place of those that are known
    #[arg(long, env = "BERTH_MIRROR_ACCEPT_NEW_KEYS", value_parser = BoolishValueParser::new(), conflicts_with = "keys")]
    pub(crate) accept_new_keys: bool,
    /// Mirror a registry that signs nothing
    #[arg(long, env = "BERTH_MIRROR_ALLOW_UNSIGNED", value_parser = BoolishValueParser::new())]
    pub(crate) allow_unsigned: bool,
}

/// `berth serve` of a mirror.
#[derive(Args)]
pub(crate) struct ServeMirrorArguments {
    /// Serve the mirror in this directory, read only
    #[arg(long, env = "BERTH_MIRROR", value_name = "DIR", conflicts_with_all = ["sources", "anonymous_login"])]
    pub(crate) mirror: Option<PathBuf>,
    /// With --mirror: follow the registry at this URL meanwhile
    #[arg(long, env = "BERTH_MIRROR_FROM", value_name = "URL", requires = "mirror")]
    pub(crate) from: Option<String>,
    /// With --from: seconds between two questions
    #[arg(long, env = "BERTH_MIRROR_SECONDS", value_name = "SECONDS", default_value_t = 1, requires = "from",
        value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) follow: u64,
    #[command(flatten)]
    pub(crate) trust: TrustArguments,
}
