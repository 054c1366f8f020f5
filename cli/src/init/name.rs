//! Names for servers that have none yet.

use registry::model::ServerName;

use super::repository::{Host, Repository};

/// The name that an account's repository suggests. Its namespace is the reversed domain of the account's pages, by which it
/// can be proved.
pub(super) fn from_repository(repository: &Repository, name: &str) -> Option<ServerName> {
    let host = match repository.host {
        Host::GitHub => "io.github",
        Host::GitLab => "io.gitlab",
    };
    let owner = part(&repository.owner.replace('_', "-"))?;
    format!("{host}.{owner}/{}", part(name)?).parse().ok()
}

/// A name under the domain of examples, to be replaced.
pub(super) fn placeholder(name: &str) -> Option<ServerName> {
    format!("com.example/{}", part(name).unwrap_or_else(|| "my-server".to_owned())).parse().ok()
}

/// A text with what a name may not hold left out.
fn part(text: &str) -> Option<String> {
    let text: String = text
        .chars()
        .map(|char| if char.is_ascii_alphanumeric() || matches!(char, '.' | '_' | '-') { char } else { '-' })
        .collect();
    let text = text.trim_matches(|char: char| !char.is_ascii_alphanumeric());
    match text.len() {
        0 => None,
        1 => Some(format!("{text}-server")),
        _ => Some(text.chars().take(100).collect::<String>().trim_end_matches(['.', '_', '-']).to_owned()),
    }
}

/// The domain that a name's namespace stands for.
pub(crate) fn domain_of(name: &ServerName) -> String {
    let namespace = name.as_str().split('/').next().unwrap_or_default();
    let labels: Vec<&str> = namespace.rsplit('.').collect();
    labels.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_valid_whatever_they_come_from() {
        for (text, expected) in [
            ("widget", "com.example/widget"),
            ("@acme/widget", "com.example/acme-widget"),
            ("x", "com.example/x-server"),
            ("", "com.example/my-server"),
            ("ÄÖ", "com.example/my-server"),
            ("--a b--", "com.example/a-b"),
        ] {
            assert_eq!(placeholder(text).unwrap().as_str(), expected);
        }
        assert!(placeholder(&"a-".repeat(300)).is_some());
        let repository = Repository::parse("https://gitlab.com/ac_me/w").unwrap();
        let name = from_repository(&repository, &repository.name).unwrap();
        assert_eq!(name.as_str(), "io.gitlab.ac-me/w-server");
        assert_eq!(domain_of(&name), "ac-me.gitlab.io");
    }
}
