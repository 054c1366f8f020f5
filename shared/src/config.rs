//! Configuration of a function: the environment, read once in `main`.

use std::env;
use std::ops::RangeInclusive;

use http::HeaderName;

use crate::edge::parse_bool;

/// Name of the variable that holds the table's name.
pub const TABLE: &str = "BERTH_TABLE";
/// Name of the variable that holds the bucket's name.
pub const BUCKET: &str = "BERTH_BUCKET";
/// Name of the variable that holds the sources of `sync`, separated by white space.
pub const SOURCES: &str = "BERTH_SOURCES";

/// Name of the variable that says whether packages are checked for their owner; they are unless it says `false`.
pub const PACKAGE_OWNERSHIP: &str = "BERTH_PACKAGE_OWNERSHIP";

/// Name of the variable that holds the registry's origin, such as `https://registry.example.com`.
pub const PUBLIC_URL: &str = "BERTH_PUBLIC_URL";
/// Name of the variable that holds the client id of the registry's application at GitHub.
pub const GITHUB_CLIENT_ID: &str = "BERTH_GITHUB_CLIENT_ID";
/// Name of the variable that holds the days that audit records are kept.
pub const AUDIT_DAYS: &str = "BERTH_AUDIT_DAYS";
/// Name of the variable that names the header in which the operator's own proxy says where a request comes from. Whoever can
/// reach the function beside that proxy can write the header too.
pub const CLIENT_ADDRESS_HEADER: &str = "BERTH_CLIENT_ADDRESS_HEADER";

/// Name of the variable that says whether a CDN in front is told what changed; it is not unless it says `true`.
pub const CDN_IS_TOLD: &str = "BERTH_CDN_IS_TOLD";
/// Name of the variable that holds the id of the `CloudFront` distribution that `sync` purges; without it nothing is purged.
pub const DISTRIBUTION: &str = "BERTH_DISTRIBUTION";
/// Name of the variable that holds how many purges of new versions a month may have.
pub const PURGES_PER_MONTH: &str = "BERTH_PURGES_PER_MONTH";

/// Where the truth and the snapshots are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// DynamoDB table.
    pub table: String,
    /// S3 bucket.
    pub bucket: String,
}

/// A variable is missing or malformed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The variable is not set, or empty.
    #[error("environment variable {0} is not set; set it to {1}")]
    Missing(&'static str, &'static str),
    /// The variable is neither true nor false.
    #[error("environment variable {0} is neither true nor false: {1:?}")]
    Flag(&'static str, String),
    /// The variable is no number that is allowed.
    #[error("environment variable {0} is no whole number from {1} to {2}: {3:?}")]
    Number(&'static str, u32, u32, String),
    /// The variable is no id of a distribution.
    #[error("environment variable {0} is no id of a CloudFront distribution, such as E1A2B3C4D5E6F7: {1:?}")]
    Distribution(&'static str, String),
    /// The variable is no name of a header.
    #[error("environment variable {0} is no name of a header: {1:?}")]
    Header(&'static str, String),
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] names the variable and what it must hold.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self { table: table_from_env()?, bucket: required(BUCKET, "the name of the S3 bucket")? })
    }
}

/// The table's name, for a function that has no business with the bucket.
///
/// # Errors
/// [`ConfigError::Missing`].
pub fn table_from_env() -> Result<String, ConfigError> {
    required(TABLE, "the name of the DynamoDB table")
}

/// Whether a variable says true or false; `default` when it is unset or empty.
///
/// # Errors
/// [`ConfigError::Flag`].
pub fn flag_from_env(name: &'static str, default: bool) -> Result<bool, ConfigError> {
    match optional(name) {
        None => Ok(default),
        Some(text) => parse_bool(&text).ok_or(ConfigError::Flag(name, text)),
    }
}

/// The number of a variable, which must lie in `range`; `default` when it is unset or empty.
///
/// # Errors
/// [`ConfigError::Number`].
pub fn number_from_env(name: &'static str, range: RangeInclusive<u32>, default: u32) -> Result<u32, ConfigError> {
    match optional(name) {
        None => Ok(default),
        Some(text) => match text.parse() {
            Ok(number) if range.contains(&number) => Ok(number),
            _ => Err(ConfigError::Number(name, *range.start(), *range.end(), text)),
        },
    }
}

/// The header of [`CLIENT_ADDRESS_HEADER`], if there is one.
///
/// # Errors
/// [`ConfigError::Header`].
pub fn address_header_from_env() -> Result<Option<HeaderName>, ConfigError> {
    let header = optional(CLIENT_ADDRESS_HEADER);
    header.map(|text| text.parse().map_err(|_| ConfigError::Header(CLIENT_ADDRESS_HEADER, text))).transpose()
}

/// The words of a variable that may be unset.
#[must_use]
pub fn words_from_env(name: &str) -> Vec<String> {
    optional(name).unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}

/// A variable that must be set, to what `what` says.
///
/// # Errors
/// [`ConfigError::Missing`].
pub fn required(name: &'static str, what: &'static str) -> Result<String, ConfigError> {
    optional(name).ok_or(ConfigError::Missing(name, what))
}

/// A variable, unless it is unset or blank.
#[must_use]
pub fn optional(name: &str) -> Option<String> {
    env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}
