//! Where servers come from, and how a source is read.

mod body;
mod client;
mod context;
mod error;
mod fetch;
mod file;
mod http;
mod location;
mod redirect;
mod registry_api;
mod s3;

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use registry::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::format::{self, Reading};

pub use client::ClientError;
pub use context::{Caps, Progress, ReadContext, Retry};
pub use error::{RedirectRefused, SourceError, SourceErrorKind};
pub use location::{InvalidSource, Location};

/// What is imported when the operator names no source: the official registry, and ToolHive's catalogue as the chart of
/// its registry server reads it.
pub const DEFAULTS: &[&str] = &[
    "official=https://registry.modelcontextprotocol.io",
    "toolhive=https://raw.githubusercontent.com/stacklok/toolhive-catalog/main/pkg/catalog/toolhive/data/registry-upstream.json",
];

/// A source: a name, under which its servers are owned, and a place to read.
///
/// Written `[NAME=]LOCATION`. A name has 1 to 64 letters, digits, `.`, `_` and `-`. Without one, a file or an S3 object
/// is called by its name without the extension, a registry API by its host, and any other URL by its host and the name
/// of the file (`example.com-servers`); other characters become `-`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name.
    pub name: String,
    /// The place.
    pub location: Location,
}

/// Two sources of one run have the same name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("two sources are called {name:?} ({first} and {second}): give one another name, as in other-name={second}")]
pub struct DuplicateName {
    /// The name.
    pub name: String,
    /// Where the first one is.
    pub first: String,
    /// Where the second one is.
    pub second: String,
}

/// What is remembered of a source between two runs; kept by the caller, and only after the import went well.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SourceStatus {
    /// Where the next walk of a registry API begins: changes after this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watermark: Option<Timestamp>,
    /// Validator of the last answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// `Last-Modified` of the last answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    /// The location that the rest belongs to; a source that moved is read anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
}

/// The outcome of reading a source.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one a source, and nearly always the large one")]
pub enum SourceReading {
    /// Nothing changed since the status was taken.
    Unchanged,
    /// The source was read.
    Read {
        /// What it holds.
        reading: Reading,
        /// What to remember once this is imported.
        status: SourceStatus,
        /// Whether the reading holds only changes: entries that it lacks are still there.
        incremental: bool,
    },
}

/// Reads a source; `previous` is the status that the last successful import returned, or the default.
///
/// # Errors
/// See [`SourceErrorKind`]. A source is read as a whole or not at all; single bad entries are in
/// [`Reading::refused`].
pub async fn read(
    source: &Source,
    context: &ReadContext,
    previous: &SourceStatus,
) -> Result<SourceReading, SourceError> {
    let location = source.location.to_string();
    let unknown = SourceStatus::default();
    let previous = if previous.location.as_ref() == Some(&location) { previous } else { &unknown };
    let outcome = match &source.location {
        Location::File(path) => file::read(path, context).await,
        Location::S3 { bucket, key } => s3::read(bucket, key, context, previous).await,
        Location::Http(url) => http::read(url, context, previous).await,
        Location::RegistryApi(endpoint) => registry_api::read(endpoint, context, previous).await,
    };
    match outcome {
        Ok(SourceReading::Read { reading, status, incremental }) => {
            let status = SourceStatus { location: Some(location), ..status };
            Ok(SourceReading::Read { reading, status, incremental })
        }
        Ok(SourceReading::Unchanged) => Ok(SourceReading::Unchanged),
        Err(failure) => Err(failure.of(&source.name)),
    }
}

/// Checks that no two sources share a name.
///
/// # Errors
/// Names the first two that do.
pub fn check_names(sources: &[Source]) -> Result<(), DuplicateName> {
    let mut seen = BTreeSet::new();
    let Some(second) = sources.iter().find(|source| !seen.insert(&source.name)) else { return Ok(()) };
    let first = sources.iter().find(|source| source.name == second.name).unwrap_or(second);
    Err(DuplicateName {
        name: second.name.clone(),
        first: first.location.to_string(),
        second: second.location.to_string(),
    })
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.location)
    }
}

impl FromStr for Source {
    type Err = InvalidSource;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, location) = location::split_name(text)?;
        let location: Location = location.parse()?;
        let name = name.map_or_else(|| location.default_name(), str::to_owned);
        Ok(Self { name, location })
    }
}

/// A document of one piece: parsing hundreds of megabytes would hold up everything else on the thread.
async fn parse(bytes: Vec<u8>) -> Result<Reading, SourceErrorKind> {
    match tokio::task::spawn_blocking(move || format::read(&bytes)).await {
        Ok(reading) => Ok(reading?),
        Err(_) => Err(SourceErrorKind::Stopped),
    }
}
