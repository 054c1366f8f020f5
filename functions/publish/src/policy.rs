//! What the operator lets nobody publish, or nobody but administrators, and how often.

use http::StatusCode;
use registry::config::{ConfigError, number_from_env, words_from_env};
use registry::error::ApiError;
use registry::limits;
use registry_auth::{Claims, Pattern};

/// Name of the variable that holds patterns of names that nobody publishes, separated by white space.
pub const DENIED_NAMES: &str = "BERTH_DENIED_NAMES";
/// Name of the variable that holds patterns of namespaces, or names, that administrators alone publish.
pub const RESERVED_NAMESPACES: &str = "BERTH_RESERVED_NAMESPACES";
/// Name of the variable that holds how many changes an identity may make in an hour, and a namespace may see.
pub const PUBLISHES_PER_HOUR: &str = "BERTH_LIMIT_PUBLISHES_PER_HOUR";
/// Name of the variable that holds how many new names an identity may publish in a day.
pub const NEW_NAMES_PER_DAY: &str = "BERTH_LIMIT_NEW_NAMES_PER_DAY";

/// What the operator demands beyond the rules of the API.
#[derive(Clone, Debug)]
pub struct Policy {
    denied: Patterns,
    reserved: Patterns,
    /// Changes that an identity may make in an hour, and that a namespace may see; 0 stands for any number.
    pub(crate) publishes_per_hour: u32,
    /// New names that an identity may publish in a day; 0 stands for any number.
    pub(crate) new_names_per_day: u32,
}

/// Patterns that are matched without case.
#[derive(Clone, Debug, Default)]
struct Patterns(Vec<Pattern>);

impl Default for Policy {
    /// No name is denied or reserved; the limits are those of a registry where nothing is configured.
    fn default() -> Self {
        Self::none().limit(limits::PUBLISHES_PER_HOUR, limits::NEW_NAMES_PER_DAY)
    }
}

impl Policy {
    /// No name is denied or reserved, and nothing is limited.
    #[must_use]
    pub fn none() -> Self {
        let (denied, reserved) = (Patterns::default(), Patterns::default());
        Self { denied, reserved, publishes_per_hour: 0, new_names_per_day: 0 }
    }

    /// That of the environment.
    ///
    /// # Errors
    /// Names the variable that is malformed.
    pub fn from_env() -> Result<Self, ConfigError> {
        let most = |name, default| number_from_env(name, 0..=u32::MAX, default);
        Ok(Self {
            denied: Patterns::new(words_from_env(DENIED_NAMES)),
            reserved: Patterns::new(words_from_env(RESERVED_NAMESPACES)),
            publishes_per_hour: most(PUBLISHES_PER_HOUR, limits::PUBLISHES_PER_HOUR)?,
            new_names_per_day: most(NEW_NAMES_PER_DAY, limits::NEW_NAMES_PER_DAY)?,
        })
    }

    /// With limits; 0 stands for any number. `publishes_per_hour` is what an identity may change, and what a namespace may
    /// see changed.
    #[must_use]
    pub fn limit(self, publishes_per_hour: u32, new_names_per_day: u32) -> Self {
        Self { publishes_per_hour, new_names_per_day, ..self }
    }

    /// With names that nobody publishes: patterns as in a token ([`Pattern`]), but case does not count.
    #[must_use]
    pub fn deny<T: Into<String>>(mut self, patterns: impl IntoIterator<Item = T>) -> Self {
        self.denied = Patterns::new(patterns);
        self
    }

    /// With namespaces that administrators alone publish to. A pattern is compared with the namespace and with the whole
    /// name: `com.example`, `com.example.*` and `com.example/*` all say what they seem to.
    #[must_use]
    pub fn reserve<T: Into<String>>(mut self, patterns: impl IntoIterator<Item = T>) -> Self {
        self.reserved = Patterns::new(patterns);
        self
    }

    /// Checks a name that is to be published, or edited.
    ///
    /// # Errors
    /// 403 that says whom to ask.
    pub(crate) fn check(&self, claims: &Claims, name: &str) -> Result<(), ApiError> {
        let forbidden = |detail: String, hint: &str| {
            let message = format!("{detail}: {hint}");
            Err(ApiError::new(StatusCode::FORBIDDEN, detail).because(message))
        };
        if self.denied.match_any(name) {
            let hint = "publish under another name, or ask the operator of this registry to allow it";
            return forbidden(format!("{name} is denied by this registry"), hint);
        }
        let namespace = name.split('/').next().unwrap_or_default();
        let is_reserved = self.reserved.match_any(namespace) || self.reserved.match_any(name);
        if is_reserved && !claims.is_administrator() {
            let hint = "only its administrators publish there; choose another namespace, or ask one of them";
            return forbidden(format!("{namespace} is reserved by this registry"), hint);
        }
        Ok(())
    }
}

impl Patterns {
    fn new<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self(texts.into_iter().map(|text| Pattern::new(text.into().to_lowercase())).collect())
    }

    fn match_any(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.0.iter().any(|pattern| pattern.matches(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_without_case_and_end_where_they_end() {
        let patterns = Patterns::new(["com.Evil/*", "io.github.acme/Widget", "org.bad.*"]);
        for name in ["com.evil/x", "COM.EVIL/x", "io.github.Acme/widget", "org.bad.api/x"] {
            assert!(patterns.match_any(name), "{name}");
        }
        for name in ["com.evil.api/x", "com.evils/x", "io.github.acme/widgets", "org.bad/x", ""] {
            assert!(!patterns.match_any(name), "{name}");
        }
        assert!(!Patterns::new([""]).match_any("a.b/c"));
    }
}
