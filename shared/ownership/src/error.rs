//! Why packages are refused.

use std::time::Duration;

use registry_fetch::ClientError;

use crate::limits;

/// A package does not belong to the publisher, or that could not be found out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("registry validation failed for package {index} ({identifier}): {reason}")]
pub struct OwnershipError {
    index: usize,
    identifier: String,
    reason: String,
    transient: bool,
}

impl OwnershipError {
    pub(crate) fn new(index: usize, identifier: &str, refusal: Refusal) -> Self {
        let Refusal { reason, again } = refusal;
        Self {
            index,
            identifier: shown(identifier, limits::IDENTIFIER_BYTES),
            reason,
            transient: again != Again::Never,
        }
    }

    /// Place of the package in the document; the first one is 0.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// Whether the same publish may go well later: the package registry was busy or out of order, or does not show the
    /// version yet.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.transient
    }
}

/// The checks could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// There is no HTTP client.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The address of a package registry is no URL.
    #[error("the address of a package registry is malformed: {0}")]
    Url(#[from] url::ParseError),
}

/// Why one package is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) reason: String,
    pub(crate) again: Again,
}

/// Whether another try may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// It will fail the same way.
    Never,
    /// It may go well soon.
    Soon,
    /// It may go well, but not before this time has passed.
    After(Duration),
}

impl Refusal {
    /// Another try will fail the same way.
    pub(crate) fn last(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), again: Again::Never }
    }

    /// Another try may go well.
    pub(crate) fn soon(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), again: Again::Soon }
    }
}

/// A text from outside, as messages show it: on one line, and not all of a long one.
pub(crate) fn shown(text: &str, chars: usize) -> String {
    let mut shown: String = text
        .chars()
        .take(chars)
        .map(|char| if char.is_control() { char::REPLACEMENT_CHARACTER } else { char })
        .collect();
    if text.chars().nth(chars).is_some() {
        shown.push('…');
    }
    shown
}

/// [`shown`] at the usual length.
pub(crate) fn brief(text: &str) -> String {
    shown(text, limits::SHOWN_CHARS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_official_text() {
        let refusal = Refusal::last("NPM package 'w' not found (status: 404)");
        let error = OwnershipError::new(0, "w", refusal);
        assert_eq!(
            error.to_string(),
            "registry validation failed for package 0 (w): NPM package 'w' not found (status: 404)"
        );
        assert!(!error.is_transient());
    }

    #[test]
    fn texts_from_outside_stay_short_and_on_one_line() {
        assert_eq!(brief("a\nb\u{1b}[0m"), "a\u{fffd}b\u{fffd}[0m");
        assert_eq!(shown("äöü", 3), "äöü");
        assert_eq!(shown("äöü", 2), "äö…");
    }
}
