//! Where the source code is.

use registry::model::Repository;

use crate::issue::{Findings, Place};

pub(super) fn check(repository: &Repository, findings: &mut Findings) {
    let place = Place::top("repository");
    let (url, source) = (repository.url.as_deref().unwrap_or(""), repository.source.as_deref().unwrap_or(""));
    if url.is_empty() && source.is_empty() {
        return;
    }
    if !is_repository(source, url) {
        findings.refuse(place.field("url"), "invalid-repository-url", format!("invalid repository URL: {url}"));
    }
    if let Some(folder) = repository.subfolder.as_deref().filter(|folder| !is_folder(folder)) {
        let message = format!("invalid subfolder path: {folder}");
        findings.refuse(place.field("subfolder"), "invalid-subfolder-path", message);
    }
}

/// Owner and repository on the host that the source names.
fn is_repository(source: &str, url: &str) -> bool {
    let host = match source {
        "github" => "github.com/",
        "gitlab" => "gitlab.com/",
        _ => return false,
    };
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|byte| is_name_byte(byte) || byte == b'_');
    url.strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))
        .map(|rest| rest.strip_prefix("www.").unwrap_or(rest))
        .and_then(|rest| rest.strip_prefix(host))
        .map(|path| path.strip_suffix('/').unwrap_or(path))
        .and_then(|path| path.split_once('/'))
        .is_some_and(|(owner, repository)| is_part(owner) && is_part(repository))
}

/// A clean relative path.
fn is_folder(path: &str) -> bool {
    path.split('/').all(|segment| {
        !matches!(segment, "" | "." | "..") && segment.bytes().all(|byte| is_name_byte(byte) || byte == b'_')
    })
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_repositories() {
        for (source, url) in [
            ("github", "https://github.com/a/b"),
            ("github", "http://www.github.com/a/b/"),
            ("github", "https://github.com/a/b.git"),
            ("gitlab", "https://gitlab.com/a_b/c-d"),
        ] {
            assert!(is_repository(source, url), "{url}");
        }
        for (source, url) in [
            ("", "https://github.com/a/b"),
            ("gitlab", "https://github.com/a/b"),
            ("bitbucket", "https://bitbucket.org/a/b"),
            ("github", "https://github.com/a"),
            ("github", "https://github.com/a/b//"),
            ("github", "https://github.com/a/b/tree/main"),
            ("gitlab", "https://gitlab.com/a/b/c"),
            ("github", "https://example.com/a/b"),
            ("github", "git@github.com:a/b"),
            ("github", ""),
        ] {
            assert!(!is_repository(source, url), "{url}");
        }
    }

    #[test]
    fn knows_folders() {
        for path in ["src", "src/every_thing", "a.b/c-d", "..."] {
            assert!(is_folder(path), "{path}");
        }
        for path in ["/abs", "a/", "a//b", ".", "../x", "a/../b", "a b", "ä", "a\\b"] {
            assert!(!is_folder(path), "{path}");
        }
    }
}
