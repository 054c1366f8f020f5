//! What fuzzing reaches of the parameters of a list.

use crate::cursor::{Cursor, Position};
use crate::parameters::Parameters;

/// A query string that was read.
#[derive(Debug, PartialEq, Eq)]
pub struct List(Parameters);

impl List {
    /// Reads a raw query string; `None` if it is refused.
    #[must_use]
    pub fn parse(query: &str) -> Option<Self> {
        Parameters::parse(query).ok().map(Self)
    }

    /// Name and version that the page begins behind.
    #[must_use]
    pub fn position(&self) -> (&str, Option<&str>) {
        (&self.0.after.name, self.0.after.version.as_deref())
    }

    /// The cursor behind the entry `name`, `version` of the page.
    #[must_use]
    pub fn cursor(&self, name: &str, version: &str) -> String {
        Cursor::render(&self.0.filter, self.0.limit, name, version)
    }

    /// The page of the same list behind that entry.
    #[must_use]
    pub fn behind(self, name: &str, version: &str) -> Self {
        let after = Position { name: name.to_owned(), version: Some(version.to_owned()) };
        Self(Parameters { after, ..self.0 })
    }
}
