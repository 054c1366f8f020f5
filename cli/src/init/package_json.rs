//! `package.json`: npm.

use std::path::Path;

use serde_json::Value;

use super::manifest::{Kind, Manifest};

pub(super) fn read(text: &str, _: &Path) -> Result<Option<Manifest>, String> {
    let json = registry::json::parse(text.as_bytes()).map_err(|error| error.to_string())?;
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let is_private = json.get("private").and_then(Value::as_bool) == Some(true);
    let repository = json.get("repository").and_then(|repository| repository.get("url").or(Some(repository)));
    Ok(Some(Manifest {
        package: text(json.get("name")),
        unpublished: is_private.then_some("it is private"),
        server_name: text(json.get("mcpName")),
        version: text(json.get("version")),
        description: text(json.get("description")),
        repository: text(repository).map(|repository| spelled_out(&repository)),
        homepage: text(json.get("homepage")),
        ..Manifest::new(Kind::Npm)
    }))
}

/// npm knows `owner/repo`, `github:owner/repo` and `gitlab:owner/repo`.
fn spelled_out(repository: &str) -> String {
    if let Some(path) = repository.strip_prefix("gitlab:") {
        return format!("https://gitlab.com/{path}");
    }
    let path = repository.strip_prefix("github:").unwrap_or(repository);
    if path.contains(':') || path.split('/').count() != 2 {
        return repository.to_owned();
    }
    format!("https://github.com/{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories_are_spelled_out() {
        for (short, long) in [
            ("acme/widget", "https://github.com/acme/widget"),
            ("github:acme/widget", "https://github.com/acme/widget"),
            ("gitlab:acme/widget", "https://gitlab.com/acme/widget"),
            ("git+https://github.com/acme/widget.git", "git+https://github.com/acme/widget.git"),
            ("gist:11081aaa281", "gist:11081aaa281"),
        ] {
            assert_eq!(spelled_out(short), long);
        }
    }

    #[test]
    fn odd_types_are_passed_over() {
        let manifest =
            read(r#"{"name":1,"version":[],"repository":{"url":{}},"private":"yes"}"#, Path::new("")).unwrap();
        assert_eq!(manifest, Some(Manifest::new(Kind::Npm)));
        assert!(read("{", Path::new("")).unwrap_err().contains("ends too early"));
    }
}
