//! How much a word says for a server: BM25F.
//!
//! A word counts more in a name than in a description, more where the field is short, less the more servers have it, and
//! the tenth time in one server hardly at all.

use super::layout::{Posting, ServerRow};

const NAME: f32 = 4.0;
const TITLE: f32 = 3.0;
/// A domain is proved: whoever has `com.stripe` is Stripe.
const DOMAIN: f32 = 3.5;
/// An account can have any name that is free.
const ACCOUNT: f32 = 1.0;
const TAG: f32 = 2.0;
const DESCRIPTION: f32 = 1.0;

/// How soon more of the same stops counting.
const SATURATION: f32 = 1.2;
/// How much the length of a field counts, and what is usual in the official catalogues (June 2026). Constants, and no means
/// of the catalogue: a publish then changes no score but its own.
const LENGTH: f32 = 0.6;
const USUAL_NAME: f32 = 2.0;
const USUAL_TITLE: f32 = 3.0;
const USUAL_DESCRIPTION: f32 = 13.0;

/// All that is asked is the name.
pub(super) const WHOLE_NAME: f32 = 1.6;
/// All that is asked stands in the name or is who publishes.
pub(super) const IN_NAME: f32 = 1.15;
/// The owner of the domain that is asked for.
pub(super) const OF_OWNER: f32 = 1.25;
/// What its publishers advise against.
pub(super) const DEPRECATED: f32 = 0.5;

/// How often a word stands in the fields of a server, in sixteen bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) name: u8,
    pub(super) title: u8,
    pub(super) tags: u8,
    pub(super) description: u8,
    pub(super) domain: bool,
    pub(super) account: bool,
}

impl Counts {
    pub(super) fn pack(self) -> u16 {
        let field = |count: u8, bits: u32, at: u32| u16::from(count.min((1 << bits) - 1)) << at;
        field(self.name, 2, 0)
            | field(self.title, 2, 2)
            | field(self.tags, 2, 4)
            | field(self.description, 4, 6)
            | u16::from(self.domain) << 10
            | u16::from(self.account) << 11
    }

    pub(super) fn unpack(packed: u16) -> Self {
        let field = |bits: u32, at: u32| ((packed >> at) & ((1 << bits) - 1)) as u8;
        Self {
            name: field(2, 0),
            title: field(2, 2),
            tags: field(2, 4),
            description: field(4, 6),
            domain: packed & 1 << 10 != 0,
            account: packed & 1 << 11 != 0,
        }
    }
}

/// What a posting counts, between nought and one.
pub(super) fn strength(posting: Posting, row: &ServerRow) -> f32 {
    let counts = Counts::unpack(posting.counts.get());
    let field = |count: u8, weight: f32, length: u8, usual: f32| {
        weight * f32::from(count) / (1.0 - LENGTH + LENGTH * f32::from(length.max(1)) / usual)
    };
    let sum = field(counts.name, NAME, row.name_words, USUAL_NAME)
        + field(counts.title, TITLE, row.title_words, USUAL_TITLE)
        + field(counts.description, DESCRIPTION, row.description_words, USUAL_DESCRIPTION)
        + TAG * f32::from(counts.tags.min(1))
        + if counts.domain { DOMAIN } else { 0.0 }
        + if counts.account { ACCOUNT } else { 0.0 };
    sum / (SATURATION + sum)
}

/// What a word is worth that `having` of `servers` have.
pub(super) fn rarity(servers: usize, having: usize) -> f32 {
    let (servers, having) = (servers as f32, having as f32);
    (1.0 + (servers - having + 0.5).max(0.0) / (having + 0.5)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_packed_and_cut() {
        let counts = Counts { name: 2, title: 1, tags: 3, description: 9, domain: true, account: false };
        assert_eq!(Counts::unpack(counts.pack()), counts);
        let many = Counts { name: 9, description: 200, account: true, ..Counts::default() };
        assert_eq!(Counts::unpack(many.pack()), Counts { name: 3, description: 15, ..many });
    }

    #[test]
    fn rare_words_are_worth_more() {
        assert!(rarity(1000, 1) > rarity(1000, 10) && rarity(1000, 1000) > 0.0);
        assert!(rarity(0, 0).is_finite() && rarity(0, 5).is_finite());
    }
}
