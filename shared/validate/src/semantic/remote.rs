//! Places where the server runs already.

use registry::model::Transport;

use super::template;
use crate::issue::{Findings, Place};

pub(super) fn check(place: Place<'_>, remote: &Transport, findings: &mut Findings) {
    let kind = remote.kind.as_str();
    if !matches!(kind, "streamable-http" | "sse") {
        let message =
            format!("unsupported transport type for remotes: {kind} (only streamable-http and sse are supported)");
        return findings.refuse(place.field("type"), "unsupported-remote-transport-type", message);
    }
    let place = place.field("url");
    let url = remote.url.as_deref().unwrap_or("");
    if url.is_empty() {
        let message = format!("url is required for {kind} transport type");
        findings.refuse(place, "remote-transport-url-required", message);
    } else if !is_public(url) {
        findings.refuse(place, "invalid-remote-url", format!("invalid remote URL: {url}"));
    }
    let variables = || remote.variables.keys().map(String::as_str).filter(|name| !name.is_empty()).collect();
    if let Some(wrong) = template::wrong_with(url, variables) {
        findings.refuse(place, "invalid-templated-url", format!("invalid remote URL: {wrong}"));
    }
}

/// Over https, and not on the publisher's own machine. No host is looked up here.
fn is_public(url: &str) -> bool {
    template::filled(url, |uri| {
        let host = uri.hostname();
        uri.has_scheme("https") && !matches!(host, "localhost" | "127.0.0.1") && !host.ends_with(".localhost")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // Observed on the official registry v1.8.0.
    #[test]
    fn knows_public_urls() {
        for url in [
            "https://example.com/mcp",
            "HTTPS://example.com",
            "https://LOCALHOST/",
            "https://[::1]/",
            "https://127.0.0.2/",
            "https://10.0.0.1/",
            "https://user:password@example.com/",
            "https://example.com:99999/#fragment",
            "https://{tenant}.example.com/{x}",
            "https://example.com:{p}/mcp",
        ] {
            assert!(is_public(url), "{url}");
        }
        for url in [
            "http://example.com/mcp",
            "https://localhost/mcp",
            "https://localhost:1/mcp",
            "https://127.0.0.1/mcp",
            "https://a.localhost/",
            "{baseUrl}/mcp",
            "{scheme}://example.com",
            "https:///mcp",
            "example.com/mcp",
            "https://exa mple.com/",
            "https://example.com:{p}x/",
            "",
        ] {
            assert!(!is_public(url), "{url}");
        }
    }
}
