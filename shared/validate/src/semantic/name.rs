//! Server names.

use crate::issue::{Findings, Place};

pub(super) fn check(name: &str, findings: &mut Findings) {
    if let Some(message) = wrong_with(name) {
        findings.refuse(Place::top("name"), "invalid-server-name", message);
    }
}

fn wrong_with(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("server name is required and must be a string".to_owned());
    }
    let Some((namespace, part)) = name.split_once('/') else {
        return Some("server name must be in format 'dns-namespace/name' (e.g., 'com.example.api/server')".to_owned());
    };
    if part.contains('/') {
        return Some("server name cannot contain multiple slashes".to_owned());
    }
    if namespace.is_empty() || part.is_empty() {
        return Some(
            "server name must be in format 'dns-namespace/name' with non-empty namespace and name parts".to_owned(),
        );
    }
    if !is_part(namespace, b".-") {
        return Some(format!(
            "server name format is invalid: namespace '{namespace}' is invalid. Namespace must start and end with \
             alphanumeric characters, and may contain dots and hyphens in the middle"
        ));
    }
    (!is_part(part, b"._-")).then(|| {
        format!(
            "server name format is invalid: name '{part}' is invalid. Name must start and end with alphanumeric \
             characters, and may contain dots, underscores, and hyphens in the middle"
        )
    })
}

fn is_part(part: &str, punctuation: &[u8]) -> bool {
    let [first, middle @ .., last] = part.as_bytes() else { return false };
    first.is_ascii_alphanumeric()
        && last.is_ascii_alphanumeric()
        && middle.iter().all(|byte| byte.is_ascii_alphanumeric() || punctuation.contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        for (name, part_of_message) in [
            ("", "is required"),
            ("noslash", "'dns-namespace/name' (e.g."),
            ("aa/bb/cc", "multiple slashes"),
            ("/bb", "non-empty"),
            ("aa/", "non-empty"),
            ("a/bb", "namespace 'a'"),
            ("-a/bb", "namespace '-a'"),
            ("a_a/bb", "namespace 'a_a'"),
            ("aa/b", "name 'b'"),
            ("aa/b-", "name 'b-'"),
            ("aa/bé", "name 'bé'"),
        ] {
            let message = wrong_with(name).unwrap();
            assert!(message.contains(part_of_message), "{name}: {message}");
        }
        for name in ["aa/bb", "io.github.Foo/a_b.c-d", "1a.2-b/3c"] {
            assert_eq!(wrong_with(name), None);
        }
    }
}
