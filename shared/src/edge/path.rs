//! Paths, brought into one form before they are routed.
//!
//! A server name has a slash, and what stands between a client and a function disagrees on it: some clients escape it
//! once (`%2F`), some twice, some not at all, and an API Gateway HTTP API decodes the path before the function sees it.
//! Here all of them become `/v0.1/servers/{name with %2F}/versions/{version, escaped}`.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Escapes all but what RFC 3986 calls unreserved.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Roots below which a server name is the next thing.
const SERVERS: [&str; 2] = ["/v0/servers/", "/v0.1/servers/"];

/// A path that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidPath {
    /// A `%` is not followed by two hexadecimal digits.
    Escape,
    /// The path has a NUL.
    Nul,
}

/// The canonical form of `path`: no slash at the end, no empty segments at the beginning, server name and version
/// escaped once.
///
/// # Errors
/// When an escape is broken, or there is a NUL in it.
pub fn canonical(path: &str) -> Result<Cow<'_, str>, InvalidPath> {
    if !escapes_are_valid(path) {
        return Err(InvalidPath::Escape);
    }
    if path.contains('\0') || path.contains("%00") {
        return Err(InvalidPath::Nul);
    }
    let trimmed = path.trim_end_matches('/');
    let start = trimmed.len() - trimmed.trim_start_matches('/').len();
    let trimmed = trimmed.get(start.saturating_sub(1)..).unwrap_or_default();
    if trimmed.is_empty() {
        return Ok(Cow::Borrowed("/"));
    }
    for root in SERVERS {
        if let Some(rest) = trimmed.strip_prefix(root)
            && let Some(rest) = server_path(rest)
        {
            // One that was escaped twice.
            if rest.contains("%00") {
                return Err(InvalidPath::Nul);
            }
            return Ok(Cow::Owned(format!("{root}{rest}")));
        }
    }
    Ok(Cow::Borrowed(trimmed))
}

fn server_path(rest: &str) -> Option<String> {
    let mut segments = rest.split('/');
    let first = decoded(segments.next()?);
    let (name, tail): (String, Vec<&str>) = if first.contains('/') {
        (first, segments.collect())
    } else {
        // A raw slash: the name is two segments, if what follows it is known.
        let second = segments.next()?;
        let tail: Vec<&str> = segments.collect();
        if !matches!(tail.first(), Some(&("versions" | "status"))) {
            return None;
        }
        (format!("{first}/{}", decoded(second)), tail)
    };
    let mut canonical = utf8_percent_encode(&name, SEGMENT).to_string();
    match tail.as_slice() {
        [] => {}
        ["versions", version @ .., "status"] if !version.is_empty() => {
            canonical.push_str(&format!("/versions/{}/status", segment(&version.join("/"))));
        }
        // A version may have a slash too; all that follows is the version.
        ["versions", version @ ..] if !version.is_empty() => {
            canonical.push_str(&format!("/versions/{}", segment(&version.join("/"))));
        }
        other => {
            canonical.push('/');
            canonical.push_str(&other.join("/"));
        }
    }
    Some(canonical)
}

fn segment(text: &str) -> String {
    utf8_percent_encode(&decoded(text), SEGMENT).to_string()
}

/// Decodes up to twice, as the official registry does. What is no valid escape the second time is meant literally.
fn decoded(text: &str) -> String {
    let once = percent_decode_str(text).decode_utf8_lossy().into_owned();
    if once.contains('%') && escapes_are_valid(&once) {
        return percent_decode_str(&once).decode_utf8_lossy().into_owned();
    }
    once
}

/// Whether every `%` is followed by two hexadecimal digits.
#[must_use]
pub fn escapes_are_valid(text: &str) -> bool {
    let mut rest = text.as_bytes();
    while let Some(at) = memchr::memchr(b'%', rest) {
        let Some(hex) = rest.get(at + 1..at + 3) else { return false };
        if !hex.iter().all(u8::is_ascii_hexdigit) {
            return false;
        }
        rest = rest.get(at + 3..).unwrap_or_default();
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(path: &str, expected: &str) {
        assert_eq!(canonical(path).unwrap(), expected, "{path}");
    }

    #[test]
    fn all_forms_of_a_name_are_one() {
        for name in ["io.x%2Fy", "io.x%2fy", "io.x%252Fy", "io.x/y"] {
            for prefix in ["/v0", "/v0.1"] {
                is(&format!("{prefix}/servers/{name}/versions"), &format!("{prefix}/servers/io.x%2Fy/versions"));
                is(&format!("{prefix}/servers/{name}/versions/"), &format!("{prefix}/servers/io.x%2Fy/versions"));
                is(
                    &format!("{prefix}/servers/{name}/versions/latest"),
                    &format!("{prefix}/servers/io.x%2Fy/versions/latest"),
                );
                is(&format!("{prefix}/servers/{name}/status"), &format!("{prefix}/servers/io.x%2Fy/status"));
            }
        }
    }

    #[test]
    fn versions_keep_their_characters() {
        for version in ["2.0.0+b1", "2.0.0%2Bb1", "2.0.0%252Bb1"] {
            is(&format!("/v0/servers/io.x%2Fy/versions/{version}"), "/v0/servers/io.x%2Fy/versions/2.0.0%2Bb1");
        }
        is("/v0/servers/io.x/y/versions/1/beta", "/v0/servers/io.x%2Fy/versions/1%2Fbeta");
        is("/v0/servers/io.x/y/versions/1/beta/status", "/v0/servers/io.x%2Fy/versions/1%2Fbeta/status");
        is("/v0/servers/io.x/y/versions/100%25", "/v0/servers/io.x%2Fy/versions/100%25");
        is("/v0/servers/io.x/versions/versions", "/v0/servers/io.x%2Fversions/versions");
    }

    #[test]
    fn other_paths_only_lose_slashes() {
        is("/v0/servers/", "/v0/servers");
        is("//evil.com/", "/evil.com");
        is("///", "/");
        is("/", "/");
        is("/v0/health///", "/v0/health");
        is("/v0/servers/io.x", "/v0/servers/io.x");
        is("/v0/servers/nope/versions", "/v0/servers/nope/versions");
    }

    #[test]
    fn broken_paths_are_refused() {
        assert_eq!(canonical("/v0/servers/io.x%2Fy/versions/%zz"), Err(InvalidPath::Escape));
        assert_eq!(canonical("/v0/%"), Err(InvalidPath::Escape));
        for path in ["io.x%2Fy%00/versions", "io.x%2Fy%2500/versions", "io.x/y/versions/1%2500", "io.x%2Fy\0"] {
            assert_eq!(canonical(&format!("/v0/servers/{path}")), Err(InvalidPath::Nul), "{path}");
        }
    }
}
