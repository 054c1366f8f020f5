//! One value among the TXT records of a name.
//!
//! Route 53 replaces a record set as a whole. So that nobody's change in between is lost, each change takes away the very set
//! that was read and adds the new one, in one batch: it is refused if the set is another one by then, and made anew.

use aws_sdk_route53::operation::change_resource_record_sets::ChangeResourceRecordSetsError;
use aws_sdk_route53::types::{
    Change, ChangeAction, ChangeBatch, ChangeStatus, ResourceRecord, ResourceRecordSet, RrType,
};
use registry::store::pause;
use registry_domain::Domain;

use super::{Route53, Route53Error, Zone};
use crate::limits::{RECORD_ATTEMPTS, RECORD_TTL};

impl Route53 {
    /// Adds a value to the TXT records of a domain and leaves the others. The id of the change, unless it was there before.
    ///
    /// # Errors
    /// When Route 53 does not answer, or refuses the record.
    pub async fn add(&self, zone: &Zone, domain: &Domain, value: &str) -> Result<Option<String>, Route53Error> {
        let value = quoted(value);
        self.change(zone, domain, |set| {
            let Some(set) = set else { return Some(vec![value.clone()]) };
            let mut values = values(set);
            if values.contains(&value) {
                return None;
            }
            values.push(value.clone());
            Some(values)
        })
        .await
    }

    /// Takes a value away from the TXT records of a domain, and the whole set if it was the last one.
    ///
    /// # Errors
    /// As [`Route53::add`].
    pub async fn remove(&self, zone: &Zone, domain: &Domain, value: &str) -> Result<(), Route53Error> {
        let value = quoted(value);
        let done = self.change(zone, domain, |set| {
            let mut values = values(set?);
            let before = values.len();
            values.retain(|other| *other != value);
            (values.len() < before).then_some(values)
        });
        done.await.map(drop)
    }

    /// Whether a change reaches all name servers in time.
    ///
    /// # Errors
    /// When Route 53 does not answer.
    pub async fn is_in_sync(&self, change: &str) -> Result<bool, Route53Error> {
        let wait = async {
            loop {
                let answer = self.client.get_change().id(change).send().await;
                let answer = answer.map_err(|error| Route53Error::call("follow a change", &error))?;
                if answer.change_info.is_some_and(|info| info.status == ChangeStatus::Insync) {
                    return Ok(true);
                }
                tokio::time::sleep(self.pause).await;
            }
        };
        tokio::time::timeout(self.patience, wait).await.unwrap_or(Ok(false))
    }

    /// Gives the set other values, as `decide` says; `None` leaves it as it is.
    async fn change(
        &self,
        zone: &Zone,
        domain: &Domain,
        decide: impl Fn(Option<&ResourceRecordSet>) -> Option<Vec<String>>,
    ) -> Result<Option<String>, Route53Error> {
        let operation = "change a record set";
        let mut refusal = String::new();
        for attempt in 0..RECORD_ATTEMPTS {
            let before = self.records(zone, domain).await?;
            let Some(values) = decide(before.as_ref()) else { return Ok(None) };
            let batch = batch(domain, before.as_ref(), &values)?;
            let sent = self.client.change_resource_record_sets().hosted_zone_id(&zone.id).change_batch(batch);
            match sent.send().await {
                Ok(answer) => return Ok(answer.change_info.map(|info| info.id)),
                Err(error) => match error.as_service_error() {
                    Some(ChangeResourceRecordSetsError::InvalidChangeBatch(invalid)) => {
                        refusal = match &invalid.messages {
                            Some(messages) if !messages.is_empty() => messages.join("; "),
                            _ => invalid.message.clone().unwrap_or_default(),
                        };
                    }
                    Some(ChangeResourceRecordSetsError::PriorRequestNotComplete(_)) => {
                        refusal = "another change of the zone is not complete".to_owned();
                    }
                    _ => return Err(Route53Error::call(operation, &error)),
                },
            }
            pause(attempt + 4).await;
        }
        Err(Route53Error::Refused(refusal))
    }

    /// The TXT records of the domain.
    async fn records(&self, zone: &Zone, domain: &Domain) -> Result<Option<ResourceRecordSet>, Route53Error> {
        let answer = self
            .client
            .list_resource_record_sets()
            .hosted_zone_id(&zone.id)
            .start_record_name(domain.as_str())
            .start_record_type(RrType::Txt)
            .max_items(1)
            .send()
            .await
            .map_err(|error| Route53Error::call("read the records of a hosted zone", &error))?;
        let is_wanted = |set: &ResourceRecordSet| {
            set.name.trim_end_matches('.').eq_ignore_ascii_case(domain.as_str()) && set.r#type == RrType::Txt
        };
        match answer.resource_record_sets.into_iter().find(is_wanted) {
            Some(set) if set.set_identifier.is_some() || set.alias_target.is_some() => {
                Err(Route53Error::Routed(domain.to_string()))
            }
            set => Ok(set),
        }
    }
}

/// Takes away what is there, and adds the values if there are any.
fn batch(domain: &Domain, before: Option<&ResourceRecordSet>, values: &[String]) -> Result<ChangeBatch, Route53Error> {
    let incomplete = |error: aws_sdk_route53::error::BuildError| Route53Error::Call {
        operation: "change a record set",
        message: error.to_string(),
    };
    let change = |action, set| Change::builder().action(action).resource_record_set(set).build().map_err(incomplete);
    let mut changes = Vec::new();
    if let Some(before) = before {
        changes.push(change(ChangeAction::Delete, before.clone())?);
    }
    if !values.is_empty() {
        let records = values.iter().map(|value| ResourceRecord::builder().value(value).build().map_err(incomplete));
        let records = records.collect::<Result<Vec<_>, _>>()?;
        let set =
            ResourceRecordSet::builder().name(domain.as_str()).r#type(RrType::Txt).set_resource_records(Some(records));
        let ttl = before.and_then(|before| before.ttl).unwrap_or(RECORD_TTL);
        let set = set.ttl(ttl).set_health_check_id(before.and_then(|before| before.health_check_id.clone()));
        let set = set.build().map_err(incomplete)?;
        changes.push(change(ChangeAction::Create, set)?);
    }
    ChangeBatch::builder().set_changes(Some(changes)).build().map_err(incomplete)
}

fn values(set: &ResourceRecordSet) -> Vec<String> {
    set.resource_records().iter().map(|record| record.value.clone()).collect()
}

/// As Route 53 writes it. A value has no quotes and no backslashes.
fn quoted(value: &str) -> String {
    format!("\"{value}\"")
}
