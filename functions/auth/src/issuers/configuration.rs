//! Reads issuers from a text.

use std::collections::BTreeSet;
use std::io;

use registry_oidc::{Audience, ClaimMatch, IssuerUrl, TrustedIssuer};
use serde::Deserialize;

use super::{OidcIssuer, Rules};

/// Name of the variable that holds the issuers, as JSON or as `@FILE`.
pub(crate) const ISSUERS: &str = "BERTH_OIDC_ISSUERS";
/// Longest name of an issuer, in characters: an identity has room for the subject as well.
const NAME_CHARS: usize = 63;

/// The issuers cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum IssuersError {
    /// The file cannot be read.
    #[error("{ISSUERS}: cannot read {0}: {1}")]
    File(String, io::Error),
    /// It is no list of issuers.
    #[error(
        "{ISSUERS}: {0}; expected [{{\"name\", \"issuer\", \"audience\", \"require\": {{claim: value}}, \"rules\": \
         [{{\"when\": {{claim: value}}, \"publish\": [patterns], \"edit\": [patterns]}}]}}]"
    )]
    Format(#[from] serde_json::Error),
    /// A name is none.
    #[error(
        "{ISSUERS}: {0:?} is no name of an issuer: expected lower case letters, digits and hyphens; identities begin with it, so \
         it must never change"
    )]
    Name(String),
    /// Two have the same name.
    #[error("{ISSUERS}: two issuers have the name {0}: their people could not be told apart")]
    Twice(String),
    /// Nobody could log in.
    #[error(
        "{ISSUERS}: the issuer {0} has no rules, so that nobody could log in: add one such as {{\"publish\": [\"com.example/*\"]}}"
    )]
    NoRules(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    issuer: IssuerUrl,
    audience: Audience,
    #[serde(default)]
    require: ClaimMatch,
    rules: Rules,
}

pub(super) fn parse(text: &str) -> Result<Vec<OidcIssuer>, IssuersError> {
    let entries: Vec<Entry> = match text.trim().strip_prefix('@') {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| IssuersError::File(path.to_owned(), error))?;
            serde_json::from_str(&text)?
        }
        None => serde_json::from_str(text)?,
    };
    let mut names = BTreeSet::new();
    for Entry { name, rules, .. } in &entries {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !(1..=NAME_CHARS).contains(&name.len()) || !name.bytes().all(is_plain) {
            return Err(IssuersError::Name(name.chars().take(100).collect()));
        }
        if !names.insert(name.as_str()) {
            return Err(IssuersError::Twice(name.clone()));
        }
        if rules.is_empty() {
            return Err(IssuersError::NoRules(name.clone()));
        }
    }
    let issuer = |Entry { name, issuer, audience, require, rules }| OidcIssuer {
        name,
        trusted: TrustedIssuer::new(issuer, audience),
        require,
        rules,
    };
    Ok(entries.into_iter().map(issuer).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn issuer(name: &str) -> Value {
        json!({
            "name": name,
            "issuer": "https://login.example.com",
            "audience": "berth",
            "require": {"hd": "example.com"},
            "rules": [{"when": {"groups": ["a", "b"]}, "publish": ["com.example.{team}/*"]}, {"edit": ["*"]}],
        })
    }

    fn error(issuers: Value) -> String {
        parse(&issuers.to_string()).unwrap_err().to_string()
    }

    #[test]
    fn issuers_are_read_from_text_and_file() {
        let text = json!([issuer("corp"), issuer("other-2")]).to_string();
        let path = std::env::temp_dir().join(format!("berth-issuers-{}.json", std::process::id()));
        std::fs::write(&path, &text).unwrap();
        for text in [text, format!("@{}\n", path.display())] {
            let names: Vec<String> = parse(&text).unwrap().into_iter().map(|issuer| issuer.name).collect();
            assert_eq!(names, ["corp", "other-2"]);
        }
        std::fs::remove_file(path).unwrap();
        assert!(parse("[]").unwrap().is_empty());
        let missing = parse("@/nowhere/issuers.json").unwrap_err().to_string();
        assert!(missing.starts_with("BERTH_OIDC_ISSUERS: cannot read /nowhere/issuers.json: "), "{missing}");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let with = |key: &str, value: Value| {
            let mut issuer = issuer("corp");
            issuer[key] = value;
            json!([issuer])
        };
        assert!(error(json!([issuer("corp"), issuer("corp")])).contains("two issuers have the name corp"));
        for name in ["", "Corp", "a b", "a:b", &"a".repeat(64)] {
            assert!(error(json!([issuer(name)])).contains("is no name of an issuer"), "{name}");
        }
        for (key, value, expected) in [
            ("rules", json!([]), "the issuer corp has no rules"),
            ("rules", json!([{"publish": ["com.{a}*"]}]), "so that one value could stand for others"),
            ("rules", json!([{"publsh": []}]), "unknown field `publsh`"),
            ("issuer", json!("http://login.example.com"), "must begin with https://"),
            ("audience", json!(""), "an audience must not be empty"),
            ("require", json!({"hd": []}), "claim hd has an empty list of values"),
            ("secret", json!(1), "unknown field `secret`"),
        ] {
            let error = error(with(key, value));
            assert!(error.starts_with("BERTH_OIDC_ISSUERS: ") && error.contains(expected), "{error}");
        }
    }
}
