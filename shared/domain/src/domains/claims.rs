//! Claims: made, read, given up.

use registry::identity::Identity;
use registry::store::attributes::text;
use registry::store::keys;
use registry::store::{AuditRecord, Exceeded, StoreError, pause};
use registry::time::Timestamp;

use super::write::Expected;
use super::{Domains, DomainsError, about, readable};
use crate::claim::{Claim, Status, after_days, new_token};
use crate::limits::{DECISION_ATTEMPTS, PENDING_CLAIMS, PENDING_DAYS};
use crate::suffix::ClaimableDomain;

impl Domains {
    /// Claims a domain. Whoever has claimed it before gets the same token again; a proof is left as it is. `by` says who did
    /// it.
    ///
    /// # Errors
    /// [`DomainsError::TooMany`], [`DomainsError::Busy`], or the table failed.
    pub async fn claim(
        &self,
        identity: &Identity,
        domain: &ClaimableDomain,
        by: AuditRecord,
        now: Timestamp,
    ) -> Result<Claim, DomainsError> {
        for attempt in 0..DECISION_ATTEMPTS {
            let key = keys::domain_claim(identity, domain.domain().as_str());
            let before = self.get(&key).await?;
            let (token, claimed_at) = match before.as_ref().filter(|before| !before.is_forgotten(now)) {
                Some(before) if matches!(before.status, Status::Proved | Status::Missing) => return Ok(before.clone()),
                Some(before) if before.status == Status::Pending => (before.token.clone(), before.claimed_at),
                Some(before) => (before.token.clone(), now),
                None => (new_token()?, now),
            };
            if before.as_ref().is_none_or(|before| before.status != Status::Pending || before.is_forgotten(now)) {
                self.check_pending(identity, now).await?;
            }
            let claim = Claim {
                identity: identity.clone(),
                domain: domain.clone(),
                token,
                status: Status::Pending,
                method: None,
                claimed_at,
                proved_at: None,
                checked_at: None,
                expires_at: after_days(now, PENDING_DAYS),
            };
            let mut actions = vec![self.put(&key, &claim, Expected::from(before.as_ref()))?];
            actions.extend(self.audit.actions(&about(by.clone(), domain))?);
            if self.write("claim a domain", actions).await? {
                return Ok(claim);
            }
            pause(attempt).await;
        }
        Err(DomainsError::Busy)
    }

    async fn check_pending(&self, identity: &Identity, now: Timestamp) -> Result<(), DomainsError> {
        let pending = self.of(identity, now).await?.into_iter().filter(|claim| claim.status == Status::Pending);
        let ends: Vec<Timestamp> = pending.map(|claim| claim.expires_at).collect();
        if ends.len() < PENDING_CLAIMS as usize {
            return Ok(());
        }
        let first = ends.into_iter().min().unwrap_or(now);
        let seconds = first.as_micros().saturating_sub(now.as_micros()).div_euclid(1_000_000) + 1;
        Err(DomainsError::TooMany(Exceeded {
            what: format!("domains claimed by {identity} and not proved; prove one or give one up"),
            most: PENDING_CLAIMS,
            retry_after: u32::try_from(seconds).unwrap_or(u32::MAX),
        }))
    }

    /// All claims of somebody, by domain.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn of(&self, identity: &Identity, now: Timestamp) -> Result<Vec<Claim>, StoreError> {
        let operation = "read domain claims";
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND begins_with(sk, :domains)")
            .expression_attribute_values(":pk", text(keys::identity_partition(identity)))
            .expression_attribute_values(":domains", text(keys::DOMAIN_PREFIX))
            .into_paginator()
            .items()
            .send();
        let mut claims = Vec::new();
        while let Some(item) = pages.next().await {
            claims.extend(readable(&item.map_err(|error| StoreError::call(operation, error))?));
        }
        claims.retain(|claim| !claim.is_forgotten(now));
        Ok(claims)
    }

    /// Somebody's claim of a domain.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn claim_of(
        &self,
        identity: &Identity,
        domain: &ClaimableDomain,
        now: Timestamp,
    ) -> Result<Option<Claim>, StoreError> {
        let claim = self.get(&keys::domain_claim(identity, domain.domain().as_str())).await?;
        Ok(claim.filter(|claim| !claim.is_forgotten(now)))
    }

    /// Gives a claim up, proved or not; whether there was one.
    ///
    /// # Errors
    /// [`DomainsError::Busy`], or the table failed.
    pub async fn release(
        &self,
        identity: &Identity,
        domain: &ClaimableDomain,
        by: AuditRecord,
        now: Timestamp,
    ) -> Result<bool, DomainsError> {
        for attempt in 0..DECISION_ATTEMPTS {
            let Some(claim) = self.claim_of(identity, domain, now).await? else { return Ok(false) };
            let holder = self.holder(domain).await?.filter(|holder| holder.identity == *identity);
            let mut actions = vec![self.delete(&claim.claim_key(), &claim)?];
            if let Some(holder) = &holder {
                actions.push(self.delete(&holder.holder_key(), holder)?);
            }
            actions.extend(self.audit.actions(&about(by.clone(), domain))?);
            if self.write("give up a domain", actions).await? {
                return Ok(true);
            }
            pause(attempt).await;
        }
        Err(DomainsError::Busy)
    }
}
