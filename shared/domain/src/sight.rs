//! What name servers say of a TXT record, and what it comes to.

use std::fmt;

use crate::dns::LookupError;

/// What a look for a proof came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It is there.
    Present,
    /// It is not there.
    Absent,
    /// Nobody can say.
    Unknown,
}

/// What one name server said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The name server.
    pub by: String,
    /// What it said.
    pub saw: Sight,
}

/// What a name server said of a TXT record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// There is such a record.
    Found,
    /// There are so many others.
    Others(usize),
    /// There is no TXT record.
    Nothing,
    /// It was not asked: its address is not known for sure, or not public.
    NotAsked,
    /// Nothing.
    Failed(LookupError),
}

/// What a look into DNS came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsCheck {
    /// All in all.
    pub finding: Finding,
    /// Each name server, resolvers first.
    pub seen: Vec<Seen>,
}

/// How many found it, and how many did not.
pub(crate) fn count(seen: &[Seen]) -> (usize, usize) {
    let found = seen.iter().filter(|seen| seen.saw == Sight::Found).count();
    let absent = seen.iter().filter(|seen| matches!(seen.saw, Sight::Others(_) | Sight::Nothing)).count();
    (found, absent)
}

/// What more than half of the name servers of a zone say, those included that say nothing.
pub(crate) fn majority(zone: &[Seen]) -> Finding {
    let (found, absent) = count(zone);
    if 2 * found > zone.len() {
        Finding::Present
    } else if 2 * absent > zone.len() {
        Finding::Absent
    } else {
        Finding::Unknown
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.by)?;
        match &self.saw {
            Sight::Found => f.write_str("found"),
            Sight::Others(1) => f.write_str("one TXT record, which is another one"),
            Sight::Others(count) => write!(f, "{count} TXT records, all of them others"),
            Sight::Nothing => f.write_str("no TXT record"),
            Sight::NotAsked => f.write_str("not asked, it has no public address that two resolvers agree on"),
            Sight::Failed(LookupError::Timeout(limit)) => write!(f, "timed out after {} s", limit.as_secs_f32()),
            Sight::Failed(LookupError::Code(_, code)) => write!(f, "answered {code}"),
            Sight::Failed(LookupError::Unreachable) => f.write_str("cannot be reached"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn seen(sights: &[Sight]) -> Vec<Seen> {
        sights.iter().map(|saw| Seen { by: "ns".to_owned(), saw: saw.clone() }).collect()
    }

    #[test]
    fn a_zone_decides_by_more_than_half() {
        let failed = || Sight::Failed(LookupError::Unreachable);
        assert_eq!(majority(&[]), Finding::Unknown);
        assert_eq!(majority(&seen(&[Sight::Found])), Finding::Present);
        assert_eq!(majority(&seen(&[Sight::Found, Sight::Nothing])), Finding::Unknown);
        assert_eq!(majority(&seen(&[Sight::Found, failed()])), Finding::Unknown);
        assert_eq!(majority(&seen(&[Sight::Found, Sight::Found, failed()])), Finding::Present);
        assert_eq!(majority(&seen(&[Sight::Others(2), Sight::Nothing, Sight::Found])), Finding::Absent);
        assert_eq!(majority(&seen(&[Sight::NotAsked, Sight::NotAsked, Sight::Nothing])), Finding::Unknown);
    }

    #[test]
    fn what_was_seen_is_said_plainly() {
        let text = |saw| Seen { by: "1.1.1.1".to_owned(), saw }.to_string();
        assert_eq!(text(Sight::Nothing), "1.1.1.1: no TXT record");
        assert_eq!(text(Sight::Found), "1.1.1.1: found");
        let timeout = LookupError::Timeout(Duration::from_secs(5));
        assert_eq!(text(Sight::Failed(timeout)), "1.1.1.1: timed out after 5 s");
    }
}
