//! What a token allows.

use serde::{Deserialize, Serialize};

/// What is done to a server. None implies another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// New versions, and changes of status.
    Publish,
    /// Changes of what is published, and of status.
    Edit,
}

/// Names of servers: `*` is all of them, a text that ends in `*` those that begin with what stands before it, any other text
/// that one name. Case counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pattern(String);

/// One thing that a token allows.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Permission {
    /// What may be done.
    pub action: Action,
    /// To which servers.
    pub resource: Pattern,
}

impl Pattern {
    /// A pattern from its text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// All names of a namespace: `com.example/*`.
    #[must_use]
    pub fn namespace(namespace: &str) -> Self {
        Self(format!("{namespace}/*"))
    }

    /// All names of the namespaces below one: `com.example.*`.
    #[must_use]
    pub fn namespaces_below(namespace: &str) -> Self {
        Self(format!("{namespace}.*"))
    }

    /// Whether a name is among those of the pattern.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => self.0 == name,
        }
    }

    /// The pattern as it stands in a token.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_namespace_ends_at_its_slash() {
        let namespace = Pattern::namespace("com.example");
        assert!(namespace.matches("com.example/x"));
        for name in ["com.exampleevil/x", "com.example.evil/x", "com.Example/x", "com.example", "xcom.example/x"] {
            assert!(!namespace.matches(name), "{name}");
        }
        let below = Pattern::namespaces_below("com.example");
        assert!(below.matches("com.example.api/x"));
        for name in ["com.exampleevil/x", "com.example/x", "com.EXAMPLE.api/x"] {
            assert!(!below.matches(name), "{name}");
        }
    }

    #[test]
    fn only_the_last_star_means_something() {
        assert!(Pattern::new("*").matches("anything/at.all"));
        assert!(Pattern::new("a*b/*").matches("a*b/c"));
        assert!(!Pattern::new("a*b/*").matches("axb/c"));
        assert!(Pattern::new("a.b/c").matches("a.b/c"));
        assert!(!Pattern::new("a.b/c").matches("a.b/cd"));
        assert!(!Pattern::new("").matches("a.b/c"));
    }

    proptest! {
        #[test]
        fn a_namespace_holds_its_names_and_no_others(
            namespace in "[a-z]{1,8}(\\.[a-z0-9-]{1,8}){0,3}", other in "[a-zA-Z.-]{1,20}", name in "[a-z._-]{1,12}",
        ) {
            let (own, of_other) = (format!("{namespace}/{name}"), format!("{other}/{name}"));
            prop_assert!(Pattern::namespace(&namespace).matches(&own));
            prop_assume!(other != namespace);
            prop_assert!(!Pattern::namespace(&namespace).matches(&of_other));
        }
    }
}
