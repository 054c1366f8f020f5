//! Somebody's claim of a domain, as the table has it: once for who claims, and once for the domain, if it is proved.

use std::fmt;
use std::str::FromStr;

use registry::identity::{Identity, Namespace};
use registry::store::StoreError;
use registry::store::attributes::{Attributes, Item, TTL, key_item, number, text};
use registry::store::keys::{self, Key};
use registry::time::Timestamp;
use ring::rand::{SecureRandom, SystemRandom};

use crate::limits::LAPSED_DAYS;
use crate::suffix::ClaimableDomain;

const IDENTITY: &str = "identity";
const DOMAIN: &str = "domain";
pub(crate) const TOKEN: &str = "token";
pub(crate) const STATUS: &str = "status";
const METHOD: &str = "method";
const CLAIMED_AT: &str = "claimed_at";
const PROVED_AT: &str = "proved_at";
pub(crate) const CHECKED_AT: &str = "checked_at";
pub(crate) const EXPIRES_AT: &str = "expires_at";

/// A claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Who claims.
    pub identity: Identity,
    /// What is claimed.
    pub domain: ClaimableDomain,
    /// What the record or the file has to say: random, and of this identity and domain alone. It is published, so it is no
    /// secret.
    pub token: String,
    /// How it stands; see [`Claim::status`].
    pub(crate) status: Status,
    /// How it was proved.
    pub method: Option<Method>,
    /// When it was claimed.
    pub claimed_at: Timestamp,
    /// When it was proved, without an interruption since.
    pub proved_at: Option<Timestamp>,
    /// When the proof was looked for last.
    pub checked_at: Option<Timestamp>,
    /// When the claim is forgotten that is not proved; when the proof ends that is not renewed.
    pub expires_at: Timestamp,
}

/// How a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is not proved yet.
    Pending,
    /// It is proved.
    Proved,
    /// The proof was gone at the last look, and counts for a little longer.
    Missing,
    /// The proof is gone.
    Lapsed,
}

/// How a claim is proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// By a TXT record.
    Dns,
    /// By a file on the web server.
    Http,
    /// By a record that the registry wrote itself into a zone that its operator hosts.
    Route53,
}

/// What a proved domain lets its holder publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvedDomain {
    /// The namespace of the domain.
    pub namespace: Namespace,
    /// Whether the namespaces below it are the holder's too.
    pub below: bool,
}

macro_rules! words {
    ($kind:ident { $($variant:ident $word:literal),* }) => {
        impl $kind {
            /// The word for it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl FromStr for $kind {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                match text {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(()),
                }
            }
        }

        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words!(Status { Pending "pending", Proved "proved", Missing "missing", Lapsed "lapsed" });
words!(Method { Dns "dns", Http "http", Route53 "route53" });

impl Method {
    /// Whether it proves the namespaces below the domain's own as well: who writes DNS gives away names below, who writes a
    /// file on one host does not.
    #[must_use]
    pub fn is_for_names_below(self) -> bool {
        self != Self::Http
    }
}

impl Claim {
    /// How it stands now: a proof ends by itself, also where nobody looks.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> Status {
        match self.status {
            Status::Proved | Status::Missing if self.expires_at <= now => Status::Lapsed,
            status => status,
        }
    }

    /// Whether it is proved now.
    #[must_use]
    pub fn is_proved(&self, now: Timestamp) -> bool {
        matches!(self.status(now), Status::Proved | Status::Missing)
    }

    /// Whether it was never proved and its time is over.
    pub(crate) fn is_forgotten(&self, now: Timestamp) -> bool {
        self.status == Status::Pending && self.expires_at <= now
    }

    /// What the record, or a line of the file, has to say.
    #[must_use]
    pub fn value(&self) -> String {
        format!("mcp-verify={}", self.token)
    }

    /// What it lets its holder publish now.
    #[must_use]
    pub fn grant(&self, now: Timestamp) -> Option<ProvedDomain> {
        let method = self.method.filter(|_| self.is_proved(now))?;
        Some(ProvedDomain { namespace: self.domain.namespace().clone(), below: method.is_for_names_below() })
    }

    /// The claim of an item of either kind.
    ///
    /// # Errors
    /// When the item is not what this version writes.
    pub fn read(item: &Item) -> Result<Self, StoreError> {
        let attributes = Attributes { operation: "read a domain claim", item };
        let domain: crate::Domain = attributes.parsed(DOMAIN)?;
        let time = |name| attributes.optional_number(name).and_then(Timestamp::from_micros);
        Ok(Self {
            identity: attributes.parsed(IDENTITY)?,
            domain: domain.try_into().map_err(|_| attributes.malformed(DOMAIN))?,
            token: attributes.text(TOKEN)?.to_owned(),
            status: attributes.parsed(STATUS)?,
            method: attributes.optional_text(METHOD).and_then(|method| method.parse().ok()),
            claimed_at: attributes.time(CLAIMED_AT)?,
            proved_at: time(PROVED_AT),
            checked_at: time(CHECKED_AT),
            expires_at: attributes.time(EXPIRES_AT)?,
        })
    }

    pub(crate) fn claim_key(&self) -> Key {
        keys::domain_claim(&self.identity, self.domain.domain().as_str())
    }

    pub(crate) fn holder_key(&self) -> Key {
        keys::domain_holder(self.domain.domain().as_str())
    }

    pub(crate) fn item(&self, key: &Key) -> Item {
        let mut item = key_item(key);
        item.extend([
            (IDENTITY.to_owned(), text(self.identity.as_str())),
            (DOMAIN.to_owned(), text(self.domain.domain().as_str())),
            (TOKEN.to_owned(), text(self.token.as_str())),
            (STATUS.to_owned(), text(self.status.as_str())),
            (CLAIMED_AT.to_owned(), number(self.claimed_at.as_micros())),
            (EXPIRES_AT.to_owned(), number(self.expires_at.as_micros())),
        ]);
        let times = [(PROVED_AT, self.proved_at), (CHECKED_AT, self.checked_at)];
        item.extend(times.iter().filter_map(|(name, time)| Some(((*name).to_owned(), number((*time)?.as_micros())))));
        if let Some(method) = self.method {
            item.insert(METHOD.to_owned(), text(method.as_str()));
        }
        let seconds = self.expires_at.as_micros().div_euclid(1_000_000);
        let ttl = match self.status {
            Status::Pending => Some(seconds),
            Status::Lapsed => Some(seconds.saturating_add(i64::from(LAPSED_DAYS) * 86_400)),
            // A proof is looked at again before it goes, and its end is recorded.
            Status::Proved | Status::Missing => None,
        };
        item.extend(ttl.map(|ttl| (TTL.to_owned(), number(ttl))));
        item
    }
}

/// What a claim that somebody's partition holds lets them publish now; `None` for every other item.
#[must_use]
pub fn grants(item: &Item, now: Timestamp) -> Option<ProvedDomain> {
    let attributes = Attributes { operation: "read a domain claim", item };
    attributes.optional_text(keys::SK).filter(|sort| sort.starts_with(keys::DOMAIN_PREFIX))?;
    Claim::read(item).ok()?.grant(now)
}

/// 128 random bits in hex.
pub(crate) fn new_token() -> Result<String, StoreError> {
    let mut bytes = [0; 16];
    let failed = |_| StoreError::Call { operation: "claim a domain", message: "no random bytes".to_owned() };
    SystemRandom::new().fill(&mut bytes).map_err(failed)?;
    Ok(hex::encode(bytes))
}

/// So many days later.
pub(crate) fn after_days(time: Timestamp, days: u32) -> Timestamp {
    let micros = i64::from(days).saturating_mul(86_400_000_000);
    Timestamp::from_micros(time.as_micros().saturating_add(micros)).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros).unwrap()
    }

    fn claim(status: Status, method: Option<Method>) -> Claim {
        Claim {
            identity: Identity::github(7),
            domain: "docs.example.com".parse::<crate::Domain>().unwrap().try_into().unwrap(),
            token: new_token().unwrap(),
            status,
            method,
            claimed_at: at(1),
            proved_at: method.map(|_| at(2)),
            checked_at: method.map(|_| at(3)),
            expires_at: at(1_000_000_000),
        }
    }

    #[test]
    fn only_a_proof_grants_and_only_while_it_lasts() {
        let (before, end) = (at(999_999_999), at(1_000_000_000));
        for (status, method, below) in [
            (Status::Proved, Method::Dns, Some(true)),
            (Status::Missing, Method::Route53, Some(true)),
            (Status::Missing, Method::Http, Some(false)),
            (Status::Lapsed, Method::Dns, None),
            (Status::Pending, Method::Dns, None),
        ] {
            let claim = claim(status, Some(method));
            let item = claim.item(&claim.claim_key());
            let granted = grants(&item, before);
            assert_eq!(granted.as_ref().map(|granted| granted.below), below, "{status} {method}");
            assert!(granted.is_none_or(|granted| granted.namespace.as_str() == "com.example.docs"));
            assert_eq!(grants(&item, end), None);
            assert_eq!(grants(&claim.item(&claim.holder_key()), before), None, "the holder's item is no claim");
        }
        assert_eq!(grants(&Item::new(), before), None);
    }

    #[test]
    fn only_what_nobody_needs_is_forgotten() {
        let ttl = |status| {
            let claim = claim(status, Some(Method::Dns));
            claim.item(&claim.claim_key()).get(TTL).map(|ttl| ttl.as_n().unwrap().parse::<i64>().unwrap())
        };
        assert_eq!(ttl(Status::Proved), None);
        assert_eq!(ttl(Status::Missing), None);
        assert_eq!(ttl(Status::Pending), Some(1000));
        assert_eq!(ttl(Status::Lapsed), Some(1000 + 30 * 86_400));
    }

    #[test]
    fn tokens_have_128_bits_and_differ() {
        let (one, two) = (new_token().unwrap(), new_token().unwrap());
        assert!(one.len() == 32 && one != two && one.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }

    proptest! {
        #[test]
        fn items_are_read_as_they_were_written(
            status in prop_oneof![Just(Status::Pending), Just(Status::Proved), Just(Status::Missing), Just(Status::Lapsed)],
            method in prop_oneof![Just(None), Just(Some(Method::Dns)), Just(Some(Method::Http)), Just(Some(Method::Route53))],
            expires in 0_i64..4_000_000_000_000_000,
        ) {
            let claim = Claim { expires_at: at(expires), ..claim(status, method) };
            for key in [claim.claim_key(), claim.holder_key()] {
                prop_assert_eq!(&Claim::read(&claim.item(&key)).unwrap(), &claim);
            }
        }
    }
}
