//! Names that the operator denies to everybody but administrators.

use registry_auth::{Action, Pattern, Permission};

/// Name of the variable that holds patterns of names that nobody may publish, with white space between.
pub(crate) const DENIED_NAMES: &str = "BERTH_DENIED_NAMES";

/// Patterns of names that nobody may publish. Case does not count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeniedNames(Vec<Pattern>);

impl DeniedNames {
    /// Those of a list with white space between.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(text.split_whitespace().map(|pattern| Pattern::new(pattern.to_ascii_lowercase())).collect())
    }

    /// Why nobody gets a token with these permissions; `None` if nothing speaks against it. As in the official registry, one
    /// blocked namespace is enough, and a token for everything is an administrator's. A permission that only reaches into what
    /// is denied is left to the moment at which a name is published.
    pub(crate) fn objection(&self, permissions: &[Permission]) -> Option<String> {
        let publish = || permissions.iter().filter(|permission| permission.action == Action::Publish);
        if publish().any(|permission| permission.resource.as_str() == "*") {
            return None;
        }
        let blocked = publish().map(|permission| permission.resource.as_str()).find(|text| self.cover(text))?;
        Some(format!(
            "your namespace is blocked: nobody may publish {blocked} here. Ask the operator of this registry if you think that \
             this is a mistake"
        ))
    }

    /// Whether all names of a pattern are denied.
    fn cover(&self, pattern: &str) -> bool {
        let text = pattern.to_ascii_lowercase();
        self.0.iter().any(|denied| match denied.as_str().strip_suffix('*') {
            Some(prefix) => text.starts_with(prefix),
            None => text == denied.as_str(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(denied: &str, patterns: &[&str]) -> bool {
        let permission = |text: &&str| Permission { action: Action::Publish, resource: Pattern::new(*text) };
        DeniedNames::parse(denied).objection(&patterns.iter().map(permission).collect::<Vec<_>>()).is_some()
    }

    #[test]
    fn a_namespace_is_blocked_with_all_of_its_names() {
        let denied = "io.github.Spam/*  com.example.*\n com.other/one";
        for blocked in
            ["io.github.spam/*", "io.github.SPAM/*", "io.github.spam/x", "com.example.api/*", "com.other/one"]
        {
            assert!(objects(denied, &["io.github.good/*", blocked]), "{blocked}");
        }
        for free in ["io.github.spammer/*", "io.github.*", "com.example/*", "com.other/*", "com.other/ones"] {
            assert!(!objects(denied, &[free]), "{free}");
        }
        assert!(!objects(denied, &["*", "io.github.spam/*"]));
        assert!(!objects("", &["io.github.spam/*"]));
        assert!(objects("*", &["io.github.good/*"]));
    }

    #[test]
    fn editing_is_not_publishing() {
        let edit = Permission { action: Action::Edit, resource: Pattern::new("io.github.spam/*") };
        assert_eq!(DeniedNames::parse("io.github.spam/*").objection(&[edit]), None);
    }
}
