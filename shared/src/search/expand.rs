//! The words of the catalogue that a word of a query stands for.

use std::collections::BTreeMap;

use super::query::Asked;
use super::score::rarity;
use super::segment::Segment;
use super::spelling::{allowed, distance};

/// Another form of the word.
const FORM: f32 = 0.9;
/// A word that it begins: the more of it was typed, the more it counts.
const BEGUN: (f32, f32) = (0.45, 0.4);
/// The same of a word that somebody has typed to its end.
const LONGER: (f32, f32) = (0.3, 0.3);
/// Letters from which on a word that is typed to its end stands for those that it begins: `postgres` for `postgresql`.
const LONGER_FROM: usize = 5;
/// Another spelling, by its mistakes.
const MISSPELT: [f32; 3] = [1.0, 0.7, 0.5];
/// So many times more common must another spelling be before it is taken for what was meant.
const COMMONER: usize = 10;

/// What a word of a query stands for.
#[derive(Debug, Default)]
pub(super) struct Expanded {
    /// What it is worth.
    pub(super) rarity: f32,
    /// Words of each segment. One may stand there twice: the higher weight counts.
    pub(super) variants: Vec<Vec<Variant>>,
    /// The same words as texts: these,
    pub(super) texts: Vec<String>,
    /// and all that begin with this.
    pub(super) start: Option<String>,
}

/// A word of a segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variant {
    pub(super) number: usize,
    pub(super) weight: f32,
    /// It is the word itself, as far as somebody can type it, and no longer one.
    pub(super) is_whole: bool,
}

pub(super) fn expand(asked: &Asked, segments: &[Segment<'_>], servers: usize) -> Expanded {
    let mut expanded = Expanded { variants: vec![Vec::new(); segments.len()], ..Expanded::default() };
    let letters: Vec<char> = asked.text.chars().collect();
    let having = |word: &str| -> usize {
        let of = |segment: &Segment<'_>| segment.index.word_number(word).map_or(0, |number| segment.having(number));
        segments.iter().map(of).sum()
    };
    let mut typed = 0;
    for form in forms(&asked.text) {
        let weight = if form == asked.text { 1.0 } else { FORM };
        typed += expanded.add(&form, weight, segments, &having);
    }
    if asked.is_open || letters.len() >= LONGER_FROM {
        expanded.add_longer(asked, letters.len(), segments);
    }
    let may_be_misspelt = allowed(letters.len()) > 0;
    let begun = match expanded.start.as_deref() {
        // Nobody else asks, and to count takes longer than to find.
        Some(start) if typed == 0 || (asked.is_open && may_be_misspelt) => most_begun(start, segments),
        _ => 0,
    };
    let known = if asked.is_open { typed + begun } else { typed };
    let mut common = typed;
    if may_be_misspelt {
        for (word, mistakes, count) in misspelt(&letters, segments, &having) {
            if count > known * COMMONER {
                common = common.max(count);
                let weight = MISSPELT.get(mistakes).copied().unwrap_or_default();
                expanded.add(&word, weight, segments, &having);
            }
        }
    }
    expanded.rarity = rarity(servers, if common > 0 { common } else { begun });
    expanded
}

impl Expanded {
    /// Adds a word if it is in the catalogue, and says how many servers have it.
    fn add(&mut self, word: &str, weight: f32, segments: &[Segment<'_>], having: &dyn Fn(&str) -> usize) -> usize {
        let count = having(word);
        if count > 0 {
            self.texts.push(word.to_owned());
            for (variants, segment) in self.variants.iter_mut().zip(segments) {
                let number = segment.index.word_number(word);
                variants.extend(number.map(|number| Variant { number, weight, is_whole: true }));
            }
        }
        count
    }

    fn add_longer(&mut self, asked: &Asked, letters: usize, segments: &[Segment<'_>]) {
        let (least, more) = if asked.is_open { BEGUN } else { LONGER };
        for (variants, segment) in self.variants.iter_mut().zip(segments) {
            variants.extend(segment.beginning(&asked.text).map(|(number, word)| {
                let share = letters as f32 / word.chars().count().max(1) as f32;
                Variant { number, weight: least + more * share, is_whole: false }
            }));
        }
        self.start = Some(asked.text.clone());
    }
}

/// How many servers have the most frequent word that begins with `start`.
fn most_begun(start: &str, segments: &[Segment<'_>]) -> usize {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for segment in segments {
        for (number, word) in segment.beginning(start) {
            *counts.entry(word).or_default() += segment.having(number);
        }
    }
    counts.into_values().max().unwrap_or_default()
}

/// The words of the catalogue that are nearest to one that was typed, with its mistakes and how many servers have them. The first
/// letter is taken to be right, or swapped with the second: so a part of the dictionary is looked at.
fn misspelt(letters: &[char], segments: &[Segment<'_>], having: &dyn Fn(&str) -> usize) -> Vec<(String, usize, usize)> {
    let (Some(first), Some(second)) = (letters.first(), letters.get(1)) else { return Vec::new() };
    // `gpt4` is not `gpt5` with a mistake.
    if letters.iter().any(|letter| letter.is_numeric()) {
        return Vec::new();
    }
    let mut nearest = allowed(letters.len());
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let mut candidate: Vec<char> = Vec::new();
    for start in [first.to_string(), [*second, *first].iter().collect()] {
        for segment in segments {
            for (_, word) in segment.beginning(&start) {
                // A character has one byte at least and four at most.
                if word.len() + nearest < letters.len() || word.len() > 4 * (letters.len() + nearest) {
                    continue;
                }
                candidate.clear();
                candidate.extend(word.chars());
                if let Some(mistakes) = distance(letters, &candidate, nearest).filter(|mistakes| *mistakes > 0) {
                    nearest = mistakes;
                    found.insert(word.to_owned(), mistakes);
                }
            }
        }
    }
    let nearest = found.into_iter().filter(|(_, mistakes)| *mistakes == nearest);
    nearest
        .map(|(word, mistakes)| (having(&word), word, mistakes))
        .map(|(count, word, mistakes)| (word, mistakes, count))
        .collect()
}

/// A word and what English makes of it: `emails` and `emailing` for `email`. What is no word is in no catalogue.
fn forms(word: &str) -> Vec<String> {
    let mut forms = vec![word.to_owned()];
    if word.len() < 3 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return forms;
    }
    let mut stems = vec![word.to_owned()];
    for (end, instead) in
        [("ies", "y"), ("es", ""), ("s", ""), ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e"), ("e", "")]
    {
        if let Some(stem) = word.strip_suffix(end)
            && stem.len() >= 3
            && !(end == "s" && stem.ends_with('s'))
        {
            stems.push(format!("{stem}{instead}"));
        }
    }
    for stem in stems {
        forms.extend(["s", "es", "ing", "ed"].map(|end| format!("{stem}{end}")));
        forms.extend(stem.strip_suffix('y').map(|start| format!("{start}ies")));
        forms.push(stem);
    }
    forms.sort();
    forms.dedup();
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_english() {
        for (word, other) in [
            ("email", "emails"),
            ("emails", "email"),
            ("send", "sending"),
            ("sharing", "share"),
            ("share", "sharing"),
            ("query", "queries"),
            ("queries", "query"),
            ("issues", "issue"),
            ("search", "searches"),
            ("automated", "automate"),
        ] {
            assert!(forms(word).contains(&other.to_owned()), "{word}: {:?}", forms(word));
        }
        assert!(!forms("class").contains(&"clas".to_owned()));
        assert_eq!(forms("k8s"), ["k8s"]);
        assert_eq!(forms("über"), ["über"]);
    }
}
