//! Configuration of a function: the environment, read once in `main`.

use std::env;

use crate::edge::parse_bool;

/// Name of the variable that holds the table's name.
pub const TABLE: &str = "BERTH_TABLE";
/// Name of the variable that holds the bucket's name.
pub const BUCKET: &str = "BERTH_BUCKET";
/// Name of the variable that holds the sources of `sync`, separated by white space.
pub const SOURCES: &str = "BERTH_SOURCES";

/// Name of the variable that says whether packages are checked for their owner; they are unless it says `false`.
pub const PACKAGE_OWNERSHIP: &str = "BERTH_PACKAGE_OWNERSHIP";

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
