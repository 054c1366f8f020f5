//! How much a word says for a server: BM25F.
//!
//! A word counts more in a name than in a description, more where the field is short, less the more servers have it, and
//! the tenth time in one server hardly at all.

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

/// How often a word stands in the fields of a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) name: u8,
    pub(super) title: u8,
    pub(super) tags: u8,
    pub(super) description: u8,
    pub(super) domain: bool,
    pub(super) account: bool,
}

/// Words of the fields of a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lengths {
    /// Of the name, those that are not common.
    pub(super) name: u8,
    pub(super) title: u8,
    pub(super) description: u8,
}

/// What a word says for a server, in sixteen bits: how much, in thirteen, and where it stands. Laid out when the index is built:
/// a search for one letter looks at a million of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Worth(u16);

impl Worth {
    /// In the name.
    pub(super) const NAME: u16 = 1;
    /// The domain of who publishes.
    pub(super) const DOMAIN: u16 = 1 << 1;
    /// The account of who publishes.
    pub(super) const ACCOUNT: u16 = 1 << 2;
    const FLAGS: u32 = 3;
    /// The whole of the thirteen bits, which stands for one.
    const WHOLE: f32 = ((1 << (16 - Self::FLAGS)) - 1) as f32;

    pub(super) fn of(counts: Counts, lengths: Lengths) -> Self {
        let flag = |is_set: bool, flag: u16| if is_set { flag } else { 0 };
        let strength = (strength(counts, lengths) * Self::WHOLE).round() as u16;
        let flags =
            flag(counts.name > 0, Self::NAME) | flag(counts.domain, Self::DOMAIN) | flag(counts.account, Self::ACCOUNT);
        Self(strength << Self::FLAGS | flags)
    }

    pub(super) fn stored(self) -> u16 {
        self.0
    }

    pub(super) fn read(stored: u16) -> Self {
        Self(stored)
    }

    /// Where the word stands.
    pub(super) fn flags(self) -> u16 {
        self.0 & ((1 << Self::FLAGS) - 1)
    }

    /// Between nought and one.
    pub(super) fn strength(self) -> f32 {
        f32::from(self.0 >> Self::FLAGS) / Self::WHOLE
    }
}

fn strength(counts: Counts, lengths: Lengths) -> f32 {
    let field = |count: u8, weight: f32, length: u8, usual: f32| {
        weight * f32::from(count) / (1.0 - LENGTH + LENGTH * f32::from(length.max(1)) / usual)
    };
    let sum = field(counts.name.min(3), NAME, lengths.name, USUAL_NAME)
        + field(counts.title.min(3), TITLE, lengths.title, USUAL_TITLE)
        + field(counts.description.min(15), DESCRIPTION, lengths.description, USUAL_DESCRIPTION)
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
    fn worth_grows_with_what_is_there_and_keeps_where() {
        let usual = Lengths { name: 2, title: 3, description: 13 };
        let once = Counts { description: 1, ..Counts::default() };
        let of = |counts: Counts, lengths: Lengths| Worth::read(Worth::of(counts, lengths).stored());
        assert_eq!(of(Counts::default(), usual), Worth::default());
        let worths = [
            of(once, Lengths { description: 40, ..usual }),
            of(once, usual),
            of(Counts { description: 2, ..once }, usual),
            of(Counts { name: 1, ..once }, usual),
            of(Counts { name: 1, ..once }, Lengths { name: 1, ..usual }),
            of(Counts { name: 200, title: 200, tags: 200, description: 200, domain: true, account: true }, usual),
        ];
        assert!(worths.is_sorted_by(|one, other| one.strength() < other.strength()), "{worths:?}");
        assert!(worths.iter().all(|worth| worth.strength() > 0.0 && worth.strength() <= 1.0));
        let flags = [(true, false), (false, true)]
            .map(|(domain, account)| of(Counts { domain, account, ..Counts::default() }, usual).flags());
        assert_eq!(flags, [Worth::DOMAIN, Worth::ACCOUNT]);
        assert_eq!(worths.map(Worth::flags), [0, 0, 0, Worth::NAME, Worth::NAME, 7]);
    }

    #[test]
    fn rare_words_are_worth_more() {
        assert!(rarity(1000, 1) > rarity(1000, 10) && rarity(1000, 1000) > 0.0);
        assert!(rarity(0, 0).is_finite() && rarity(0, 5).is_finite());
    }
}
