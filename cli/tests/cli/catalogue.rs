//! Catalogues that the tests write.

use serde_json::{Value, json};

/// The smallest document.
pub(crate) fn server(name: &str, version: &str) -> Value {
    json!({"name": name, "description": format!("About {name}"), "version": version})
}

/// A catalogue with one version of each name.
pub(crate) fn plain(names: &[&str]) -> String {
    Value::Array(names.iter().map(|name| server(name, "1.0.0")).collect()).to_string()
}

/// Servers and versions of each in [`large`]: two with more versions than one transaction takes, and many with few.
const SHAPE: [(usize, usize); 4] = [(2, 700), (10, 120), (100, 20), (1400, 1)];

/// Versions in [`large`].
pub(crate) const LARGE: usize = 6_000;

/// A list response with [`LARGE`] versions. The latest flag is given for every other server, and is not the highest
/// version then; each server has a remote URL that all of its versions share.
pub(crate) fn large() -> String {
    let mut entries = Vec::new();
    for (kind, (servers, versions)) in SHAPE.into_iter().enumerate() {
        for number in 0..servers {
            let name = format!("com.example.kind-{kind}/server-{number:04}");
            for version in 0..versions {
                entries.push(entry(&name, version, number.is_multiple_of(2).then_some(version == versions / 2)));
            }
        }
    }
    assert_eq!(entries.len(), LARGE);
    json!({"servers": entries, "metadata": {"count": LARGE}}).to_string()
}

fn entry(name: &str, version: usize, is_latest: Option<bool>) -> Value {
    let mut document = server(name, &format!("1.{version}.0"));
    let url = format!("https://{}.example.com/mcp", name.replace(['/', '.'], "-"));
    document["remotes"] = json!([{"type": "streamable-http", "url": url}]);
    let mut official = json!({"status": "active", "publishedAt": "2026-01-01T00:00:00Z"});
    if let Some(is_latest) = is_latest {
        official["isLatest"] = is_latest.into();
    }
    json!({"server": document, "_meta": {"io.modelcontextprotocol.registry/official": official}})
}
