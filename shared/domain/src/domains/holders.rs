//! Holders: who has proved a domain.

use std::hash::{BuildHasher, RandomState};

use registry::store::attributes::{number, text};
use registry::store::keys;
use registry::store::{AuditEvent, AuditOutcome, AuditRecord, StoreError};
use registry::time::Timestamp;

use super::write::Expected;
use super::{Domains, about, readable};
use crate::claim::{CHECKED_AT, Claim, EXPIRES_AT, Method, Status};
use crate::limits::RECHECK_SECONDS;
use crate::suffix::ClaimableDomain;

impl Domains {
    /// The claim of whoever holds a domain. The proof may be over: [`Claim::is_proved`] tells.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn holder(&self, domain: &ClaimableDomain) -> Result<Option<Claim>, StoreError> {
        self.get(&keys::domain_holder(domain.domain().as_str())).await
    }

    /// Holders whose proof was not looked for since a day, or is over. In an order of chance: whoever holds many domains of
    /// which nothing can be found out does not keep a run from the others.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn due(&self, now: Timestamp) -> Result<Vec<Claim>, StoreError> {
        let operation = "read the holders of domains";
        let before = now.as_micros().saturating_sub(RECHECK_SECONDS * 1_000_000);
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .filter_expression("#checked < :before OR #expires <= :now")
            .expression_attribute_names("#checked", CHECKED_AT)
            .expression_attribute_names("#expires", EXPIRES_AT)
            .expression_attribute_values(":pk", text(keys::DOMAINS))
            .expression_attribute_values(":before", number(before))
            .expression_attribute_values(":now", number(now.as_micros()))
            .into_paginator()
            .items()
            .send();
        let mut due = Vec::new();
        while let Some(item) = pages.next().await {
            due.extend(readable(&item.map_err(|error| StoreError::call(operation, error))?));
        }
        let chance = RandomState::new();
        due.sort_by_cached_key(|claim| chance.hash_one(claim.domain.domain()));
        Ok(due)
    }

    /// Makes the claim's identity the holder of its domain, in the place of `holder`, whose claim lapses if it is somebody
    /// else's. `None` if claim or holder changed meanwhile.
    pub(crate) async fn hold(
        &self,
        claim: &Claim,
        method: Method,
        holder: Option<&Claim>,
        by: AuditRecord,
        now: Timestamp,
    ) -> Result<Option<Claim>, StoreError> {
        let is_proved = claim.is_proved(now);
        let proved = Claim {
            status: Status::Proved,
            method: Some(method),
            proved_at: claim.proved_at.filter(|_| is_proved).or(Some(now)),
            checked_at: Some(now),
            expires_at: self.terms.proof_end(now),
            ..claim.clone()
        };
        let mut actions = vec![
            self.put(&proved.holder_key(), &proved, Expected::from(holder))?,
            self.put(&proved.claim_key(), &proved, Expected::This(claim))?,
        ];
        if let Some(former) = holder.filter(|holder| holder.identity != claim.identity) {
            let lapsed = lapsed(former, now);
            actions.push(self.put(&lapsed.claim_key(), &lapsed, Expected::Any)?);
            let reason = format!("the proof was gone when {} proved the domain", claim.identity);
            actions.extend(self.audit.actions(&of_holder(former, AuditEvent::DomainLapse).because(reason))?);
        }
        actions.extend(self.audit.actions(&about(by, &claim.domain))?);
        Ok(self.write("prove a domain", actions).await?.then_some(proved))
    }

    /// Keeps what a new look at a holder's proof came to; false if the holder changed meanwhile.
    pub(crate) async fn keep(
        &self,
        before: &Claim,
        after: &Claim,
        record: Option<AuditRecord>,
    ) -> Result<bool, StoreError> {
        let mut actions = vec![
            self.put(&after.holder_key(), after, Expected::This(before))?,
            self.put(&after.claim_key(), after, Expected::Any)?,
        ];
        if let Some(record) = record {
            actions.extend(self.audit.actions(&record)?);
        }
        self.write("keep the state of a domain", actions).await
    }

    /// Ends a holder's proof; false if the holder changed meanwhile.
    pub(crate) async fn lapse(&self, holder: &Claim, reason: &str, now: Timestamp) -> Result<bool, StoreError> {
        let lapsed = lapsed(holder, now);
        let mut actions =
            vec![self.delete(&holder.holder_key(), holder)?, self.put(&lapsed.claim_key(), &lapsed, Expected::Any)?];
        let record = of_holder(holder, AuditEvent::DomainLapse).because(reason);
        actions.extend(self.audit.actions(&record)?);
        self.write("end the proof of a domain", actions).await
    }
}

fn lapsed(holder: &Claim, now: Timestamp) -> Claim {
    Claim { status: Status::Lapsed, expires_at: holder.expires_at.min(now), ..holder.clone() }
}

/// A record of what became of a holder's proof, which nobody did.
pub(crate) fn of_holder(holder: &Claim, event: AuditEvent) -> AuditRecord {
    let record = AuditRecord::new(event, AuditOutcome::Done);
    let method = holder.method.map(|method| method.to_string());
    about(AuditRecord { identity: Some(holder.identity.to_string()), method, ..record }, &holder.domain)
}
