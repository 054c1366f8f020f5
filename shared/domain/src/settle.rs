//! Who holds a domain, once a claim is proved.

use registry::identity::Identity;
use registry::store::{AuditRecord, pause};
use registry::time::Timestamp;

use crate::claim::{Claim, Method};
use crate::domains::{Domains, DomainsError};
use crate::limits::DECISION_ATTEMPTS;
use crate::sight::Finding;
use crate::suffix::ClaimableDomain;
use crate::verifier::Verifier;

impl Domains {
    /// Makes somebody the holder of a domain, whose claim was just proved by `method`. The first keeps it: another one gets
    /// it once the proof of the first is gone, which is looked at now. A file does not take the place of one's own record.
    ///
    /// # Errors
    /// [`DomainsError::Unclaimed`], [`DomainsError::Held`], [`DomainsError::Busy`], or the table failed.
    pub async fn settle(
        &self,
        verifier: &Verifier,
        identity: &Identity,
        domain: &ClaimableDomain,
        method: Method,
        by: AuditRecord,
    ) -> Result<Claim, DomainsError> {
        for attempt in 0..DECISION_ATTEMPTS {
            let now = Timestamp::now();
            let claim = self.claim_of(identity, domain, now).await?;
            let claim = claim.ok_or_else(|| DomainsError::Unclaimed(domain.domain().clone()))?;
            let holder = self.holder(domain).await?;
            match &holder {
                Some(holder) if holder.identity == *identity => {
                    let is_broader = holder.method.is_some_and(Method::is_for_names_below);
                    if method == Method::Http && is_broader && holder.is_proved(now) {
                        return Ok(claim);
                    }
                }
                Some(holder) => may_take_over(verifier, holder, now).await?,
                None => {}
            }
            if let Some(proved) = self.hold(&claim, method, holder.as_ref(), by.clone(), now).await? {
                return Ok(proved);
            }
            pause(attempt).await;
        }
        Err(DomainsError::Busy)
    }
}

async fn may_take_over(verifier: &Verifier, holder: &Claim, now: Timestamp) -> Result<(), DomainsError> {
    let domain = holder.domain.domain();
    // A holder has a method; one without it has no proof to look at.
    let Some(method) = holder.method else { return Ok(()) };
    match verifier.look(holder, method).await.finding {
        Finding::Absent => Ok(()),
        Finding::Unknown if !holder.is_proved(now) => Ok(()),
        Finding::Present => Err(DomainsError::Held(format!(
            "{domain} is held by somebody else, whose proof is still there: have their record or file removed, and check again"
        ))),
        Finding::Unknown => Err(DomainsError::Held(format!(
            "{domain} is held by somebody else, and whether their proof is still there cannot be told now: check again later"
        ))),
    }
}
