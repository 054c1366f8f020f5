//! What is asked.

use super::facet::Facet;
use super::words::{is_common, owner, words};

/// One page of one search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// What somebody typed; empty for all servers.
    pub text: String,
    /// What servers must have.
    pub filters: Filters,
    /// The order.
    pub sort: Sort,
    /// Where the page begins.
    pub after: Option<After>,
    /// Most servers of the page.
    pub limit: usize,
}

/// What servers must have, all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// One of these values each. Without one for the status, deleted servers are left out.
    pub values: Vec<(Facet, Vec<String>)>,
    /// Changed after this, in microseconds since the epoch.
    pub updated_since: Option<i64>,
    /// Changed at this or before, in microseconds since the epoch.
    pub updated_until: Option<i64>,
}

/// An order. What is equal in it is ordered by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The highest score first.
    #[default]
    Relevance,
    /// By name.
    Name,
    /// What changed last first.
    Updated,
    /// What was published last first.
    Published,
}

/// The last server of the page before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct After {
    /// What it is ordered by; nought if that is the name.
    pub key: i64,
    /// Its name.
    pub name: String,
}

impl Sort {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Relevance, Self::Name, Self::Updated, Self::Published];

    /// Its name in a query.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Relevance => "relevance",
            Self::Name => "name",
            Self::Updated => "updated",
            Self::Published => "published",
        }
    }
}

/// A word of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) text: String,
    /// Somebody may still be typing it.
    pub(super) is_open: bool,
}

impl Query {
    /// The words that are looked for.
    #[must_use]
    pub fn words(&self) -> usize {
        self.asked().len()
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        let mut asked: Vec<Asked> = Vec::new();
        for piece in self.text.split_whitespace() {
            // A name is read as names are: nobody looks for `io` and `github`.
            let of_piece = match piece.split_once('/') {
                Some((namespace, part)) if namespace.contains('.') => {
                    let mut words_of_name = words(owner(namespace).0);
                    words_of_name.extend(words(part));
                    words_of_name
                }
                _ => words(piece),
            };
            asked.extend(of_piece.into_iter().map(|text| Asked { text, is_open: false }));
        }
        if self.text.chars().next_back().is_some_and(char::is_alphanumeric)
            && let Some(last) = asked.last_mut()
        {
            last.is_open = true;
        }
        if asked.iter().any(|word| !is_common(&word.text)) {
            asked.retain(|word| !is_common(&word.text));
        }
        let mut seen: Vec<Asked> = Vec::new();
        for word in asked {
            match seen.iter_mut().find(|other| other.text == word.text) {
                Some(other) => other.is_open |= word.is_open,
                None => seen.push(word),
            }
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> String {
        let query = Query { text: text.to_owned(), ..Query::default() };
        let word = |asked: &Asked| format!("{}{}", asked.text, if asked.is_open { "*" } else { "" });
        query.asked().iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_last_word_is_open_and_common_ones_are_left_out() {
        assert_eq!(asked("Slack"), "slack*");
        assert_eq!(asked("send an Email "), "send email");
        assert_eq!(asked("the MCP server for Slack mess"), "slack mess*");
        assert_eq!(asked("mcp server"), "mcp server*");
        assert_eq!(asked("io.github.acme/widget-tool"), "acme widget tool*");
        assert_eq!(asked("ci/cd pipelines"), "ci cd pipelines*");
        assert_eq!(asked("git git"), "git*");
        assert_eq!(asked(" . "), "");
    }
}
