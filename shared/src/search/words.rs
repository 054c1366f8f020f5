//! What counts as a word: a run of letters and digits in lower case. A character of a script without spaces is one.

use std::ops::Range;

use crate::limits;

/// Words that stand in every second name or sentence. A query is asked without them, unless it has no others.
const COMMON: [&str; 22] = [
    "a", "ai", "an", "and", "by", "for", "from", "in", "is", "mcp", "my", "of", "on", "or", "server", "servers",
    "that", "the", "to", "use", "using", "with",
];

/// Whether a word says nothing of what is looked for.
#[must_use]
pub fn is_common(word: &str) -> bool {
    COMMON.binary_search(&word).is_ok()
}

/// Calls `each` with every word of `text`, and with the characters, counted from its beginning, that it stands on.
pub fn each_word(text: &str, mut each: impl FnMut(&str, Range<usize>)) {
    let mut word = String::new();
    let mut start = 0;
    let mut count = 0;
    for (number, character) in text.chars().enumerate() {
        count = number + 1;
        let is_part = character.is_alphanumeric();
        let is_alone = is_part && stands_alone(character);
        if !word.is_empty() && (!is_part || is_alone) {
            each(cut(&word), start..number);
            word.clear();
        }
        if !is_part {
            continue;
        }
        if word.is_empty() {
            start = number;
        }
        word.extend(character.to_lowercase());
        if is_alone {
            each(cut(&word), start..number + 1);
            word.clear();
        }
    }
    if !word.is_empty() {
        each(cut(&word), start..count);
    }
}

/// The words of a text.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    each_word(text, |word, _| words.push(word.to_owned()));
    words
}

/// The words that `camelCase` is made of, where there are several.
pub(super) fn humps(text: &str) -> Vec<String> {
    let mut humps: Vec<String> = Vec::new();
    let mut of_one: Vec<String> = Vec::new();
    for run in text.split(|character: char| !character.is_alphanumeric()) {
        let mut was_lower = false;
        for character in run.chars() {
            if of_one.is_empty() || (was_lower && character.is_uppercase()) {
                of_one.push(String::new());
            }
            if let Some(hump) = of_one.last_mut() {
                hump.extend(character.to_lowercase());
            }
            was_lower = character.is_lowercase();
        }
        if of_one.len() > 1 {
            humps.append(&mut of_one);
        }
        of_one.clear();
    }
    humps
}

/// Hosts whose accounts are namespaces.
const HOSTS: [&str; 4] = ["io.github.", "com.github.", "io.gitlab.", "com.gitlab."];

/// What identifies whoever has a namespace: what stands behind the top-level domain, or behind the host of
/// `io.github.someone`. And whether the namespace is a domain, which somebody has proved to be theirs.
pub(super) fn owner(namespace: &str) -> (&str, bool) {
    match HOSTS.iter().find_map(|host| namespace.strip_prefix(host)) {
        Some(account) => (account, false),
        None => (namespace.split_once('.').map_or("", |(_, rest)| rest), true),
    }
}

/// Chinese and Japanese are written without spaces.
fn stands_alone(character: char) -> bool {
    matches!(u32::from(character), 0x3040..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x323AF)
}

fn cut(word: &str) -> &str {
    let end = word.char_indices().map(|(at, character)| at + character.len_utf8());
    let end = end.take_while(|end| *end <= limits::SEARCH_WORD_BYTES).last().unwrap_or_default();
    if word.len() <= limits::SEARCH_WORD_BYTES { word } else { word.get(..end).unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        assert_eq!(
            words("Send e-mail, via Gmail's API (v2)!"),
            ["send", "e", "mail", "via", "gmail", "s", "api", "v2"]
        );
        assert_eq!(words("天气 MCP服务"), ["天", "气", "mcp", "服", "务"]);
        assert_eq!(words("ÜBER_Straße"), ["über", "straße"]);
        assert!(words(" -- ").is_empty());
        let mut found = Vec::new();
        each_word("Zürich, İzmir 天", |word, range| found.push((word.to_owned(), range)));
        assert_eq!(found, [("zürich".to_owned(), 0..6), ("i\u{307}zmir".to_owned(), 8..13), ("天".to_owned(), 14..15)]);
    }

    #[test]
    fn humps_and_owners() {
        assert_eq!(humps("googleCalendar-mcp_MyTool"), ["google", "calendar", "my", "tool"]);
        assert_eq!(humps("HTTPServer lower"), Vec::<String>::new());
        assert_eq!(owner("io.github.acme-corp"), ("acme-corp", false));
        assert_eq!(owner("com.stripe"), ("stripe", true));
        assert_eq!(owner("com.github"), ("github", true));
        assert_eq!(owner("x"), ("", true));
    }

    #[test]
    fn common_words_are_sorted() {
        assert!(COMMON.is_sorted());
        assert!(is_common("mcp") && !is_common("slack"));
    }

    proptest! {
        #[test]
        fn any_text_has_words_within_it(text in "\\PC{0,80}") {
            let characters = text.chars().count();
            let mut last = 0;
            each_word(&text, |word, range| {
                assert!(!word.is_empty() && word.len() <= limits::SEARCH_WORD_BYTES);
                assert!(last <= range.start && range.start < range.end && range.end <= characters);
                last = range.end;
            });
        }
    }
}
