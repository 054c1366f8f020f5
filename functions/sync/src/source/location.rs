//! `[NAME=]LOCATION`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use url::Url;

/// Where a source is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A file.
    File(PathBuf),
    /// An object: `s3://bucket/key`.
    S3 {
        /// The bucket.
        bucket: String,
        /// The key, as it is: nothing is decoded.
        key: String,
    },
    /// A document behind an `http` or `https` URL.
    Http(Url),
    /// The list endpoint of an official registry API. A URL is one when its path ends in `/servers`, or when it is a
    /// bare base (no path, `/`, `/v0`, `/v0.1`), for which `/v0.1/servers` is read.
    RegistryApi(Url),
}

/// The text names no source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSource {
    /// The name in front of `=` is not allowed.
    #[error(
        "source name must have 1 to 64 letters, digits, `.`, `_` or `-`, got {0:?} (write ./{0}=… for a file of that name)"
    )]
    Name(String),
    /// There is nothing to read.
    #[error("source has no location: expected [NAME=]LOCATION, with a path, an s3://bucket/key or an http(s) URL")]
    Empty,
    /// The URL cannot be understood.
    #[error("source {0:?} is not a valid URL: {1}")]
    Url(String, String),
    /// The URL has a scheme that is not read.
    #[error("source {0:?} has an unknown scheme: expected a path, an s3://bucket/key or an http(s) URL")]
    Scheme(String),
    /// Bucket or key are missing.
    #[error("source {0:?} must name an object: s3://bucket/key")]
    S3(String),
}

const NAME_CHARS: usize = 64;

/// Splits the name off. A `=` behind a slash belongs to a path or a query.
pub(super) fn split_name(text: &str) -> Result<(Option<&str>, &str), InvalidSource> {
    let Some((name, location)) = text.split_once('=').filter(|(name, _)| !name.contains(['/', '\\'])) else {
        return Ok((None, text));
    };
    let valid = (1..=NAME_CHARS).contains(&name.len()) && name.chars().all(is_name_char);
    if valid { Ok((Some(name), location)) } else { Err(InvalidSource::Name(name.to_owned())) }
}

fn is_name_char(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '.' | '_' | '-')
}

impl Location {
    /// The name of a source that is given without one.
    pub(super) fn default_name(&self) -> String {
        let name = match self {
            Self::File(path) => stem(&path.to_string_lossy()),
            Self::S3 { key, .. } => stem(key),
            Self::RegistryApi(url) => url.host_str().unwrap_or_default().to_owned(),
            Self::Http(url) => format!("{}-{}", url.host_str().unwrap_or_default(), stem(url.path())),
        };
        let name: String =
            name.chars().take(NAME_CHARS).map(|char| if is_name_char(char) { char } else { '-' }).collect();
        let name = name.trim_matches('-');
        if name.is_empty() { "source".to_owned() } else { name.to_owned() }
    }
}

fn stem(path: &str) -> String {
    Path::new(path).file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// A URL for a message: without credentials, and without a query, which may hold some too.
pub(super) fn shown(url: &Url) -> String {
    let mut url = without_credentials(url);
    url.set_query(None);
    url.into()
}

fn without_credentials(url: &Url) -> Url {
    let mut url = url.clone();
    // Both fail only for URLs without a host, which have no credentials.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::S3 { bucket, key } => write!(f, "s3://{bucket}/{key}"),
            Self::Http(url) | Self::RegistryApi(url) => without_credentials(url).fmt(f),
        }
    }
}

impl FromStr for Location {
    type Err = InvalidSource;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Err(InvalidSource::Empty);
        }
        let Some((scheme, rest)) = text.split_once("://") else { return Ok(Self::File(text.into())) };
        match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => http(text),
            "s3" => match rest.split_once('/') {
                Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => {
                    Ok(Self::S3 { bucket: bucket.to_owned(), key: key.to_owned() })
                }
                _ => Err(InvalidSource::S3(text.to_owned())),
            },
            // A directory may be called `a:`.
            _ if scheme.contains('/') => Ok(Self::File(text.into())),
            _ => Err(InvalidSource::Scheme(text.to_owned())),
        }
    }
}

fn http(text: &str) -> Result<Location, InvalidSource> {
    let mut url = Url::parse(text).map_err(|error| InvalidSource::Url(text.to_owned(), error.to_string()))?;
    url.set_fragment(None);
    let path = url.path().trim_end_matches('/').to_owned();
    if matches!(path.as_str(), "" | "/v0" | "/v0.1") {
        url.set_path("/v0.1/servers");
        return Ok(Location::RegistryApi(url));
    }
    if path.ends_with("/servers") {
        url.set_path(&path);
        return Ok(Location::RegistryApi(url));
    }
    Ok(Location::Http(url))
}

#[cfg(test)]
mod tests {
    use super::super::{DEFAULTS, Source, check_names};
    use super::*;

    fn shape(text: &str) -> (String, String, &'static str) {
        let source: Source = text.parse().unwrap();
        let kind = match source.location {
            Location::File(_) => "file",
            Location::S3 { .. } => "s3",
            Location::Http(_) => "http",
            Location::RegistryApi(_) => "api",
        };
        (source.name, source.location.to_string(), kind)
    }

    #[test]
    fn tells_locations_apart_and_names_them() {
        for (text, name, location, kind) in [
            ("../data/official-2025-12-18.json", "official-2025-12-18", "../data/official-2025-12-18.json", "file"),
            ("mine=a b.json", "mine", "a b.json", "file"),
            ("my catalogue.json", "my-catalogue", "my catalogue.json", "file"),
            ("./x=y.json", "x-y", "./x=y.json", "file"),
            ("s3://bucket/dir/all.json", "all", "s3://bucket/dir/all.json", "s3"),
            ("https://r.example", "r.example", "https://r.example/v0.1/servers", "api"),
            ("https://r.example/v0/", "r.example", "https://r.example/v0.1/servers", "api"),
            (
                "HTTP://R.example:81/x/servers/?version=latest",
                "r.example",
                "http://r.example:81/x/servers?version=latest",
                "api",
            ),
            ("https://u:p@r.example/a/b.json#top", "r.example-b", "https://r.example/a/b.json", "http"),
            ("n=https://r.example/get?x=1", "n", "https://r.example/get?x=1", "http"),
        ] {
            assert_eq!(shape(text), (name.to_owned(), location.to_owned(), kind), "{text}");
        }
    }

    #[test]
    fn refuses_what_names_no_source() {
        for (text, message) in [
            ("", "source has no location"),
            ("name=", "source has no location"),
            ("=x.json", "source name must have 1 to 64"),
            ("my name=x.json", "source name must have 1 to 64"),
            ("ftp://example.com/x", "source \"ftp://example.com/x\" has an unknown scheme"),
            ("s3://bucket", "source \"s3://bucket\" must name an object: s3://bucket/key"),
            ("https://", "source \"https://\" is not a valid URL: empty host"),
        ] {
            let error = text.parse::<Source>().unwrap_err().to_string();
            assert!(error.starts_with(message), "{text}: {error}");
        }
    }

    #[test]
    fn names_are_unique_in_a_run() {
        let sources: Vec<Source> = DEFAULTS.iter().map(|text| text.parse().unwrap()).collect();
        assert_eq!(check_names(&sources), Ok(()));
        let twice: Vec<Source> = ["a/x.json", "b/x.json"].iter().map(|text| text.parse().unwrap()).collect();
        assert_eq!(
            check_names(&twice).unwrap_err().to_string(),
            "two sources are called \"x\" (a/x.json and b/x.json): give one another name, as in other-name=b/x.json"
        );
    }

    #[test]
    fn messages_hold_no_credentials() {
        assert_eq!(shown(&Url::parse("https://u:p@h.example/x?token=1").unwrap()), "https://h.example/x");
    }
}
