//! Where in a text the words of a query stand.

use std::collections::BTreeSet;
use std::ops::Range;

use super::expand::Expanded;
use super::words::{each_word, humps, owner};

/// Knows the words of the catalogue that a query found.
#[derive(Clone, Debug, Default)]
pub struct Matcher {
    texts: BTreeSet<String>,
    starts: Vec<String>,
}

/// Characters of the texts of a server, counted from their beginning, the end not included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Highlights {
    /// Of the name.
    pub name: Vec<Range<usize>>,
    /// Of the title.
    pub title: Vec<Range<usize>>,
    /// Of the description.
    pub description: Vec<Range<usize>>,
}

impl Matcher {
    pub(super) fn new(words: Vec<Expanded>) -> Self {
        let mut matcher = Self::default();
        for word in words {
            matcher.texts.extend(word.texts);
            matcher.starts.extend(word.start);
        }
        matcher
    }

    fn knows(&self, word: &str) -> bool {
        self.texts.contains(word) || self.starts.iter().any(|start| word.starts_with(start.as_str()))
    }

    /// Where the words stand in the texts of a server.
    #[must_use]
    pub fn highlights(&self, name: &str, title: &str, description: &str) -> Highlights {
        if self.texts.is_empty() && self.starts.is_empty() {
            return Highlights::default();
        }
        let mut highlights =
            Highlights { name: Vec::new(), title: self.ranges(title), description: self.ranges(description) };
        // What stands before the owner is searched in no name.
        let (namespace, _) = name.split_once('/').unwrap_or_default();
        let begin = namespace.chars().count() - owner(namespace).0.chars().count();
        each_word(name, |word, range| {
            let written = || name.chars().skip(range.start).take(range.len()).collect::<String>();
            let is_found = self.knows(word) || humps(&written()).iter().any(|hump| self.knows(hump));
            if range.start >= begin && is_found {
                highlights.name.push(range);
            }
        });
        highlights
    }

    fn ranges(&self, text: &str) -> Vec<Range<usize>> {
        let mut ranges = Vec::new();
        each_word(text, |word, range| {
            if self.knows(word) {
                ranges.push(range);
            }
        });
        ranges
    }
}
