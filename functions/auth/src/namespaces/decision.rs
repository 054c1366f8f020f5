//! Read a namespace, decide, commit; and again if somebody was faster. What was decided is in the audit trail.

use http::StatusCode;
use registry::error::ApiError;
use registry::identity::Namespace;
use registry::limits::DECISION_ATTEMPTS;
use registry::store::{AuditEvent, AuditOutcome, AuditRecord, pause};
use registry::time::Timestamp;

use super::change::{Change, Committed};
use super::whole::Whole;
use super::{Caller, Refusal};

/// What somebody wants to do to a namespace.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) caller: Caller,
    /// As it stands in the path.
    pub(crate) namespace: Namespace,
    pub(crate) event: AuditEvent,
    /// To whom or what, for the audit trail.
    pub(crate) target: String,
}

/// What there is to decide on.
#[derive(Clone, Debug)]
pub(crate) struct Situation<'a> {
    pub(crate) caller: &'a Caller,
    /// As it is written in names of servers.
    pub(crate) namespace: Namespace,
    pub(crate) whole: Whole,
    /// Whether the namespace is the caller's.
    pub(crate) is_owner: bool,
    pub(crate) now: Timestamp,
}

/// What was decided.
#[derive(Clone, Debug)]
pub(crate) struct Decision<T> {
    /// What is to be different.
    pub(crate) change: Change,
    /// What else the audit trail is told.
    pub(crate) note: Option<String>,
    /// What the caller is told.
    pub(crate) answer: T,
}

impl Situation<'_> {
    /// Lets owners through.
    ///
    /// # Errors
    /// Everybody else.
    pub(crate) fn owners_only(&self) -> Result<(), Refusal> {
        if self.is_owner {
            return Ok(());
        }
        Err(Refusal::NotOwner { namespace: self.namespace.clone(), caller: self.caller.described() })
    }
}

impl crate::State {
    /// What there is to decide on, read now.
    ///
    /// # Errors
    /// 503.
    pub(crate) async fn situation<'a>(
        &self,
        caller: &'a Caller,
        namespace: &Namespace,
    ) -> Result<Situation<'a>, ApiError> {
        let now = Timestamp::now();
        let namespaces = &self.tables.namespaces;
        let read = tokio::try_join!(namespaces.proof(&caller.claims, namespace, now), namespaces.whole(namespace));
        let (proof, whole) = read.map_err(ApiError::unavailable)?;
        let is_member = caller.somebody().is_ok_and(|identity| whole.owners().any(|owner| owner.identity == *identity));
        let is_owner = is_member || whole.binding.is_native(namespace, &caller.claims, proof);
        let namespace = written(&whole, caller, namespace);
        Ok(Situation { caller, namespace, whole, is_owner, now })
    }

    /// Does what is wanted if `decide` finds it right, on the namespace as it stands at that moment.
    ///
    /// # Errors
    /// What `decide` refuses, and 503.
    pub(crate) async fn change_namespace<T>(
        &self,
        wanted: &Wanted,
        decide: impl Fn(&Situation<'_>) -> Result<Decision<T>, Refusal>,
    ) -> Result<T, ApiError> {
        let changed = self.try_change(wanted, decide).await;
        if let Err(error) = changed.as_ref()
            && error.status().is_client_error()
        {
            let Wanted { caller, namespace, event, target } = wanted;
            let record = caller.record(*event, AuditOutcome::Refused, namespace);
            self.note(caller, &record.to(target).because(error.reason())).await;
        }
        changed
    }

    /// Adds the record of a refusal to the trail, up to a limit: whoever has a token does not fill the trail of others. Beyond
    /// it, and where the table fails, the log alone has it.
    async fn note(&self, caller: &Caller, record: &AuditRecord) {
        tracing::info!(event = %record.event, namespace = record.namespace, identity = record.identity,
            reason = record.detail, "refused");
        let (now, limit) = (Timestamp::now(), caller.refusals());
        // A flood only looks, which costs less than counting does.
        let counted = match self.tables.counts.look(&limit, now).await {
            Ok(Ok(())) => self.tables.counts.take(&[limit], now).await,
            looked => looked,
        };
        match counted {
            Ok(Ok(())) => self.tables.audit.note(record).await,
            Ok(Err(_)) => {}
            Err(error) => tracing::error!(error = registry::error_chain(&error), "a refusal was not recorded"),
        }
    }

    async fn try_change<T>(
        &self,
        wanted: &Wanted,
        decide: impl Fn(&Situation<'_>) -> Result<Decision<T>, Refusal>,
    ) -> Result<T, ApiError> {
        let Wanted { caller, namespace, event, target } = wanted;
        caller.somebody()?;
        let mut attempt = 0;
        while attempt < DECISION_ATTEMPTS {
            let situation = self.situation(caller, namespace).await?;
            let Decision { change, note, answer } = decide(&situation)?;
            let part = change.first_part();
            let mut record = caller.record(*event, AuditOutcome::Done, namespace).to(target);
            record.detail = match &part {
                Some(_) => Some("goes on: what does not fit one transaction is removed first".to_owned()),
                None => note,
            };
            let audit = self.tables.audit.actions(&record).map_err(ApiError::unavailable)?;
            let revision = situation.whole.binding.revision;
            let committed = self.tables.namespaces.commit(part.as_ref().unwrap_or(&change), revision, audit).await;
            match committed.map_err(ApiError::unavailable)? {
                Committed::Yes if part.is_none() => {
                    tracing::info!(%namespace, %event, target, token = caller.claims.jti, "namespace changed");
                    return Ok(answer);
                }
                Committed::Yes => {}
                Committed::Raced => {
                    pause(attempt).await;
                    attempt += 1;
                }
            }
        }
        let busy = "somebody else changes this namespace at the same time: try again in a few seconds";
        Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "The namespace is being changed").because(busy))
    }
}

/// The namespace as it is written in names of servers: by GitHub as the login said, and by DNS in lower case.
fn written(whole: &Whole, caller: &Caller, namespace: &Namespace) -> Namespace {
    let same = |other: &&Namespace| other.key() == namespace.key();
    let known = whole.binding.name.as_ref().or_else(|| caller.claims.owns.iter().find(same));
    match known {
        Some(known) => known.clone(),
        None if namespace.is_github() => namespace.clone(),
        None => namespace.key().parse().unwrap_or_else(|_| namespace.clone()),
    }
}
