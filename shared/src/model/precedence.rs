//! Which version of a server is the latest.

use std::cmp::Ordering;

use super::Status;
use crate::time::Timestamp;

/// What decides between two versions of one server.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// The version string.
    pub version: &'a str,
    /// When it was published.
    pub published: Timestamp,
    /// Its status; a deleted version is latest only among deleted ones.
    pub status: Status,
}

/// Whether `new` takes the latest flag from `current`, by the official registry's order (v1.8.0): semantic versions by
/// their precedence, build metadata ignored; a semantic version above any other string; other strings by time of
/// publication. Equal precedence changes nothing.
#[must_use]
pub fn is_higher(new: &Candidate<'_>, current: &Candidate<'_>) -> bool {
    compare(new, current) == Ordering::Greater
}

/// The version that carries the latest flag: the highest that is not deleted, else the highest of all. `None` only for
/// no candidates.
#[must_use]
pub fn latest_of<'a>(candidates: impl IntoIterator<Item = Candidate<'a>>) -> Option<Candidate<'a>> {
    candidates.into_iter().reduce(|best, next| {
        let visible = |candidate: &Candidate<'_>| candidate.status != Status::Deleted;
        match (visible(&next), visible(&best)) {
            (true, false) => next,
            (false, true) => best,
            // Among equals the earlier publication wins, then the smaller string, so that the order of the
            // candidates does not matter.
            _ => match compare(&next, &best) {
                Ordering::Greater => next,
                Ordering::Less => best,
                Ordering::Equal if (next.published, next.version) < (best.published, best.version) => next,
                Ordering::Equal => best,
            },
        }
    })
}

fn compare(a: &Candidate<'_>, b: &Candidate<'_>) -> Ordering {
    match (semantic(a.version), semantic(b.version)) {
        (Some(a), Some(b)) => a.cmp_precedence(&b),
        (Some(_), None) => Ordering::Greater,
        (None, Some(_)) => Ordering::Less,
        (None, None) => a.published.cmp(&b.published),
    }
}

fn semantic(version: &str) -> Option<semver::Version> {
    semver::Version::parse(version.strip_prefix('v').unwrap_or(version)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(version: &str, second: i64, status: Status) -> Candidate<'_> {
        Candidate { version, published: Timestamp::from_micros(second * 1_000_000).unwrap(), status }
    }

    #[test]
    fn follows_the_recorded_sequence() {
        // The sequence was published to the official registry v1.8.0.
        let sequence = [
            "1.0.0",
            "1.1.0",
            "1.0.5",
            "2.0.0-beta",
            "2.0.0-alpha",
            "2.0.0",
            "2.0.0+b1",
            "2.0.0+b2",
            "1.9.9",
            "snapshot",
            "2026-01-01",
            "v3.0.0",
            "3.0.0",
            "1.0",
            "10.0.0",
            "10.0",
            "abc",
            "01.2.3",
        ];
        let expected = [
            "1.0.0",
            "1.1.0",
            "1.1.0",
            "2.0.0-beta",
            "2.0.0-beta",
            "2.0.0",
            "2.0.0",
            "2.0.0",
            "2.0.0",
            "2.0.0",
            "2.0.0",
            "v3.0.0",
            "v3.0.0",
            "v3.0.0",
            "10.0.0",
            "10.0.0",
            "10.0.0",
            "10.0.0",
        ];
        for (count, want) in (1..).zip(expected) {
            let seen = sequence[..count].iter().zip(0..).map(|(v, second)| candidate(v, second, Status::Active));
            assert_eq!(latest_of(seen).unwrap().version, want);
        }
    }

    #[test]
    fn only_other_strings_go_by_time() {
        let latest = latest_of([candidate("mcp", 3, Status::Active), candidate("auto", 5, Status::Active)]);
        assert_eq!(latest.unwrap().version, "auto");
    }

    #[test]
    fn deleted_versions_come_last() {
        let high = candidate("2.0.0", 1, Status::Deleted);
        let low = candidate("1.0.0", 2, Status::Deprecated);
        assert_eq!(latest_of([high, low]).unwrap().version, "1.0.0");
        assert_eq!(latest_of([high, candidate("1.5.0", 3, Status::Deleted)]).unwrap().version, "2.0.0");
        assert!(latest_of([]).is_none());
    }
}
