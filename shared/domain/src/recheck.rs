//! Looks at proofs again.

use futures_util::StreamExt;
use futures_util::stream;
use registry::store::{AuditEvent, AuditOutcome, AuditRecord, StoreError};
use registry::time::Timestamp;

use crate::claim::{Claim, Method, Status};
use crate::domains::{Domains, of_holder};
use crate::limits::{RECHECKS_AT_ONCE, RECHECKS_PER_RUN};
use crate::sight::Finding;
use crate::terms::Terms;
use crate::verifier::Verifier;

/// What a run came to. Each domain that was due is counted once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rechecked {
    /// Domains whose proof is there.
    pub proved: usize,
    /// Domains whose proof is gone, and counts for a little longer.
    pub missing: Vec<String>,
    /// Domains whose proof is over.
    pub lapsed: Vec<String>,
    /// Domains of which nothing could be found out, or that changed meanwhile. The next run looks again.
    pub unknown: usize,
}

/// What becomes of a holder.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// The proof is there.
    Renew(Claim),
    /// The proof is gone: until when it counts.
    Miss(Claim),
    /// The proof is over.
    Lapse(&'static str),
    /// Nothing is known.
    Leave,
}

impl Domains {
    /// Looks again for each proof that nobody looked for since a day.
    ///
    /// # Errors
    /// When the table fails; what was done before counts.
    pub async fn recheck(&self, verifier: &Verifier, now: Timestamp) -> Result<Rechecked, StoreError> {
        let due = self.due(now).await?;
        let mut done = Rechecked::default();
        let looks = due.into_iter().take(RECHECKS_PER_RUN).map(|holder| async move {
            let step = self.recheck_one(verifier, &holder, now).await;
            (holder.domain.domain().to_string(), step)
        });
        let mut looks = stream::iter(looks).buffer_unordered(RECHECKS_AT_ONCE);
        while let Some((domain, step)) = looks.next().await {
            match step? {
                Step::Renew(_) => done.proved += 1,
                Step::Miss(_) => done.missing.push(domain),
                Step::Lapse(_) => done.lapsed.push(domain),
                Step::Leave => done.unknown += 1,
            }
        }
        Ok(done)
    }

    async fn recheck_one(&self, verifier: &Verifier, holder: &Claim, now: Timestamp) -> Result<Step, StoreError> {
        let look = verifier.look(holder, holder.method.unwrap_or(Method::Dns)).await;
        let step = decide(holder, look.finding, self.terms, now);
        let (domain, identity) = (holder.domain.domain(), &holder.identity);
        let is_kept = match &step {
            Step::Renew(after) => {
                let back = holder.status != Status::Proved;
                let record = back.then(|| of_holder(holder, AuditEvent::DomainProof).because("the proof is back"));
                self.keep(holder, after, record).await?
            }
            Step::Miss(after) => {
                let is_new = holder.status != Status::Missing;
                let until =
                    format!("the proof is gone and must be back by {}: {}", after.expires_at, look.saw.join("; "));
                let record = is_new.then(|| {
                    let record = of_holder(holder, AuditEvent::DomainProof).because(until.as_str());
                    AuditRecord { outcome: AuditOutcome::Refused, ..record }
                });
                if is_new {
                    tracing::warn!(%domain, %identity, until = %after.expires_at, "the proof of a domain is gone");
                }
                self.keep(holder, after, record).await?
            }
            Step::Lapse(reason) => {
                tracing::warn!(%domain, %identity, reason, "the proof of a domain is over");
                self.lapse(holder, &format!("{reason}: {}", look.saw.join("; ")), now).await?
            }
            Step::Leave => {
                tracing::warn!(%domain, saw = look.saw.join("; "), "a domain cannot be checked now");
                true
            }
        };
        Ok(if is_kept { step } else { Step::Leave })
    }
}

fn decide(holder: &Claim, finding: Finding, terms: Terms, now: Timestamp) -> Step {
    let is_over = holder.expires_at <= now;
    match finding {
        Finding::Present => {
            let expires_at = terms.proof_end(now);
            let proved_at = holder.proved_at.filter(|_| !is_over).or(Some(now));
            let checked_at = Some(now);
            Step::Renew(Claim { status: Status::Proved, proved_at, checked_at, expires_at, ..holder.clone() })
        }
        Finding::Absent if is_over && holder.status == Status::Missing => Step::Lapse("the proof did not come back"),
        Finding::Absent if is_over => Step::Lapse("the proof is gone and its time is over"),
        Finding::Absent => {
            let grace_end = if holder.status == Status::Missing { holder.expires_at } else { terms.grace_end(now) };
            let expires_at = holder.expires_at.min(grace_end);
            if expires_at <= now {
                return Step::Lapse("the proof is gone");
            }
            Step::Miss(Claim { status: Status::Missing, checked_at: Some(now), expires_at, ..holder.clone() })
        }
        Finding::Unknown if is_over => Step::Lapse("the proof was not seen for too long"),
        Finding::Unknown => Step::Leave,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use registry::identity::Identity;

    use super::*;
    use crate::claim::after_days;

    fn holder(status: Status, expires_at: i64) -> Claim {
        Claim {
            identity: Identity::github(7),
            domain: "example.com".parse::<crate::Domain>().unwrap().try_into().unwrap(),
            token: "00".repeat(16),
            status,
            method: Some(Method::Dns),
            claimed_at: at(0),
            proved_at: Some(at(0)),
            checked_at: Some(at(0)),
            expires_at: at(expires_at),
        }
    }

    /// So many days after the first.
    fn at(days: i64) -> Timestamp {
        Timestamp::from_micros(days * 86_400_000_000).unwrap()
    }

    #[test]
    fn what_is_gone_has_days_to_come_back() {
        let terms = Terms::default();
        let Step::Miss(missing) = decide(&holder(Status::Proved, 90), Finding::Absent, terms, at(10)) else { panic!() };
        assert_eq!((missing.status, missing.expires_at, missing.proved_at), (Status::Missing, at(13), Some(at(0))));
        // A second look does not prolong it.
        let Step::Miss(still) = decide(&missing, Finding::Absent, terms, at(11)) else { panic!() };
        assert_eq!((still.expires_at, still.checked_at), (at(13), Some(at(11))));
        assert_eq!(decide(&still, Finding::Absent, terms, at(13)), Step::Lapse("the proof did not come back"));
        let Step::Renew(back) = decide(&still, Finding::Present, terms, at(12)) else { panic!() };
        assert_eq!((back.status, back.expires_at), (Status::Proved, at(102)));
        // The end of the proof itself comes first.
        let Step::Miss(soon) = decide(&holder(Status::Proved, 11), Finding::Absent, terms, at(10)) else { panic!() };
        assert_eq!(soon.expires_at, at(11));
        let strict = Terms { grace_days: 0, ..terms };
        assert_eq!(
            decide(&holder(Status::Proved, 90), Finding::Absent, strict, at(10)),
            Step::Lapse("the proof is gone")
        );
    }

    #[test]
    fn silence_changes_nothing_but_the_end() {
        for status in [Status::Proved, Status::Missing] {
            assert_eq!(decide(&holder(status, 90), Finding::Unknown, Terms::default(), at(89)), Step::Leave);
            let over = Step::Lapse("the proof was not seen for too long");
            assert_eq!(decide(&holder(status, 90), Finding::Unknown, Terms::default(), at(90)), over);
        }
    }

    proptest! {
        #[test]
        fn nobody_gains_time_without_a_proof(
            missing in any::<bool>(), expires in 0_i64..200, day in 0_i64..200, proof in 1_u32..400, grace in 0_u32..400,
            finding in prop_oneof![Just(Finding::Present), Just(Finding::Absent), Just(Finding::Unknown)],
        ) {
            let holder = holder(if missing { Status::Missing } else { Status::Proved }, expires);
            let (terms, now) = (Terms { proof_days: proof, grace_days: grace }, at(day));
            match decide(&holder, finding, terms, now) {
                Step::Renew(after) => {
                    prop_assert!(finding == Finding::Present);
                    prop_assert_eq!(after.expires_at, after_days(now, proof));
                }
                Step::Miss(after) => prop_assert!(after.expires_at <= holder.expires_at && after.expires_at > now),
                Step::Lapse(_) => prop_assert!(finding != Finding::Present),
                Step::Leave => prop_assert!(finding == Finding::Unknown && holder.expires_at > now),
            }
        }
    }
}
