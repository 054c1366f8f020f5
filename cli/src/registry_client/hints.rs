//! What to do about an error answer.

use std::time::Duration;

use reqwest::StatusCode;

use super::refused::NO_REASON;
use crate::duration::in_words;

/// Beginnings of messages, and what to do about them. They are the official registry's texts.
const MESSAGES: &[(&str, &str)] = &[
    ("unexpected property", "remove it, or correct its spelling"),
    ("expected value to be one of", "take one of these"),
    ("expected string to match pattern ^[a-zA-Z0-9.-]+/", "a name is namespace/name, such as io.github.acme/widget"),
    ("expected string to match pattern ^[a-f0-9]{64}$", "give the SHA-256 of the file: `sha256sum FILE`"),
    ("expected length >=", "it may not be that short"),
    ("invalid version: cannot publish duplicate", "raise `version`; a number stays taken, also when it is deleted"),
    ("maximum number of versions", "ask the operator of the registry"),
    ("status_message cannot be provided", "leave --message out: an active version has none"),
    ("No changes to apply", "it is so already"),
    ("timestamp outside valid window", "set the clock of this machine, and log in again"),
    ("invalid domain format", "give the bare domain, such as example.com"),
    ("unknown content type", "is --registry the URL of a registry?"),
    (
        "GitHub OIDC exchange disabled",
        "ask the operator to set BERTH_GITHUB_OIDC_AUDIENCE to the registry's address, or use `berth login github --token`",
    ),
    ("The domain is not proved", "set the record or the file, and run `berth verify-domain` for it again"),
];

/// What to do about one of the things that are wrong.
pub(super) fn of_fault(location: &str, message: &str) -> Option<String> {
    if let Some(limit) = message.strip_prefix("expected length <= ") {
        return Some(format!("shorten it to {limit} characters"));
    }
    if let Some(name) = between(message, "expected required property ", " to be present") {
        let place = location.strip_prefix("body").unwrap_or(location).trim_start_matches('.');
        let place = if place.is_empty() { "the document" } else { place };
        return Some(format!("add {name:?} to {place}"));
    }
    if let Some(kind) = message.strip_prefix("expected ").filter(|kind| is_kind(kind)) {
        return Some(format!("make it {} {kind}", if kind.starts_with(['a', 'i', 'o']) { "an" } else { "a" }));
    }
    if message.contains("is already used by server") {
        return Some("a remote URL belongs to one server; delete it there first, or use another".to_owned());
    }
    if message.contains("extension exceeds 4KB limit") {
        return Some("cut what `_meta` holds".to_owned());
    }
    of_ownership(message).or_else(|| of_text(message)).map(str::to_owned)
}

/// What to do about a whole answer.
pub(super) fn of_answer(
    status: StatusCode,
    detail: &str,
    retry_after: Option<Duration>,
    location: Option<&str>,
) -> Option<String> {
    if let Some(hint) = of_text(detail) {
        return Some(hint.to_owned());
    }
    Some(match status.as_u16() {
        300..=399 => match location {
            Some(location) => format!("it moved to {location}; name that registry with --registry"),
            None => "is --registry the URL of a registry?".to_owned(),
        },
        404 | 405 if detail.starts_with("Endpoint not found") => {
            "this registry does not have that call; is --registry right?".to_owned()
        }
        404 if detail.starts_with("Server") => "`berth list` shows what there is".to_owned(),
        404 if detail == NO_REASON => "is --registry the URL of a registry?".to_owned(),
        413 => "a server.json may have 1 MiB".to_owned(),
        429 => match retry_after {
            Some(wait) => format!("try again in {}", in_words(wait)),
            None => "try again in a minute".to_owned(),
        },
        501 => "this registry does not offer that".to_owned(),
        500..=599 => "try again in a few seconds".to_owned(),
        _ => return None,
    })
}

/// Who may do what the login may not, by the name that the detail of a refused publish ends with.
pub(crate) fn of_permission(detail: &str) -> String {
    let name = detail.rsplit_once("Attempting to publish: ").map(|(_, name)| name).unwrap_or_default();
    let namespace = name.split_once('/').map(|(namespace, _)| namespace).unwrap_or_default();
    match namespace.strip_prefix("io.github.").filter(|owner| !owner.is_empty()) {
        Some(owner) => format!(
            "log in as {owner}, or as an owner of that organisation, with `berth login github` (an organisation needs \
             --token TOKEN with read:org), or publish from its GitHub Actions with `berth login github-oidc`"
        ),
        None => "log in as the owner of the namespace with `berth login dns --domain DOMAIN --key FILE`, or prove the domain \
                 for this login with `berth verify-domain DOMAIN`"
            .to_owned(),
    }
}

fn of_text(message: &str) -> Option<&'static str> {
    MESSAGES.iter().find(|(start, _)| message.starts_with(start)).map(|(_, hint)| *hint)
}

/// Proofs that a package belongs to its publisher, by what the registry calls the package.
fn of_ownership(message: &str) -> Option<&'static str> {
    if !message.starts_with("registry validation failed for package") {
        return None;
    }
    let message = message.to_lowercase();
    let hint = |text| Some(text);
    if message.contains("mcpname") {
        return hint("set \"mcpName\" in package.json to the server's name, and publish that version to npm first");
    }
    if message.contains("io.modelcontextprotocol.server.name") {
        return hint("label the image: LABEL io.modelcontextprotocol.server.name=\"NAME\", and push it first");
    }
    if message.contains("mcp-name") {
        return hint("write `mcp-name: NAME` into the package's README, and publish that version of the package first");
    }
    if message.contains("not found") || message.contains("404") {
        return hint("publish the package first; a new one can take minutes to appear");
    }
    if message.contains("429") || message.contains("transient") || message.contains("timeout") {
        return hint("the package's registry is busy: try again in a minute");
    }
    hint("see `berth init` for how each kind of package names its server")
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    text.strip_prefix(start)?.strip_suffix(end)
}

fn is_kind(kind: &str) -> bool {
    matches!(kind, "string" | "array" | "object" | "boolean" | "number" | "integer")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_have_a_way_out() {
        for (location, message, expected) in [
            ("body.description", "expected length <= 100", "shorten it to 100 characters"),
            ("body", "expected required property version to be present", "add \"version\" to the document"),
            ("body.packages[0]", "expected required property type to be present", "add \"type\" to packages[0]"),
            ("body.icons", "expected array", "make it an array"),
            ("body.title", "expected string", "make it a string"),
            ("body.status", "unexpected property", "remove it, or correct its spelling"),
        ] {
            assert_eq!(of_fault(location, message).as_deref(), Some(expected), "{message}");
        }
        for (message, part) in [
            ("remote URL https://a.example/mcp is already used by server b.c/dd", "belongs to one server"),
            ("invalid version: cannot publish duplicate version", "raise `version`"),
            (
                "registry validation failed for package 0 (x): NPM package 'x' is missing required 'mcpName' field",
                "npm",
            ),
            ("registry validation failed for package 1 (y): PyPI package 'y' version 2 not found", "first"),
            ("registry validation failed for package 1 (y): README must contain 'mcp-name: a.b/cc'", "README"),
        ] {
            let hint = of_fault("", message).unwrap();
            assert!(hint.contains(part), "{message}: {hint}");
        }
        assert_eq!(of_fault("body", "something new"), None);
    }

    #[test]
    fn answers_have_a_way_out() {
        let hint = |status, detail| {
            let wait = Some(Duration::from_secs(7));
            of_answer(StatusCode::from_u16(status).unwrap(), detail, wait, Some("https://b.example/"))
        };
        assert_eq!(hint(429, "slow down").unwrap(), "try again in 7 seconds");
        assert!(hint(308, "").unwrap().contains("https://b.example/"));
        assert!(hint(404, "Endpoint not found. See /docs for the API documentation.").unwrap().contains("--registry"));
        assert_eq!(hint(404, "Server not found").unwrap(), "`berth list` shows what there is");
        assert_eq!(hint(404, NO_REASON).unwrap(), "is --registry the URL of a registry?");
        assert_eq!(hint(404, "Namespace not found"), None);
        assert_eq!(hint(503, "busy").unwrap(), "try again in a few seconds");
        assert_eq!(hint(400, "Failed to publish server"), None);
    }

    #[test]
    fn permission_is_had_where_the_namespace_comes_from() {
        let detail = |name: &str| format!("You do not have permission. Attempting to publish: {name}");
        let github = of_permission(&detail("io.github.acme/widget"));
        for part in ["log in as acme,", "`berth login github`", "read:org", "`berth login github-oidc`"] {
            assert!(github.contains(part), "{part}: {github}");
        }
        for detail in [detail("com.example/x"), detail("io.github./x"), detail("io.github.acme"), "no".to_owned()] {
            let domain = of_permission(&detail);
            assert!(domain.contains("berth login dns") && domain.contains("`berth verify-domain DOMAIN`"), "{detail}");
        }
    }
}
