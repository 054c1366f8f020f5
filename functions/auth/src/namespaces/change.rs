//! The one transaction that changes a namespace.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem, Update};
use registry::identity::{Identity, Namespace};
use registry::store::attributes::{Item, key_item, number, text};
use registry::store::keys::{self, Key};
use registry::store::{StoreError, error_chain};
use registry::time::Timestamp;

use super::binding::{
    Binding, GITHUB_ID, NAME, PINNED_BELOW, PINS, REBOUND_AT, REVISION, TRANSFERRED_AT, TRANSFERRED_BELOW,
};
use super::member::Member;
use super::offer::{self, Offer};
use super::pin::Pin;
use super::{Handle, Invitation, Namespaces, limits};

/// What is to be different afterwards.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    namespace: Namespace,
    set: Vec<(&'static str, AttributeValue)>,
    remove: Vec<&'static str>,
    puts: Vec<Item>,
    /// The two items of a member or of an invitation each.
    removals: Vec<[Key; 2]>,
    /// What namespaces above are told of this one.
    above: Option<Mark>,
}

/// What the holder of a domain above cannot grant, as a permission cannot say: all below but one.
#[derive(Clone, Copy, Debug)]
enum Mark {
    /// It was handed over.
    Transferred,
    /// So many more have pins: one, or one less.
    Pinned(i8),
}

/// Whether a change was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Committed {
    Yes,
    /// Somebody else was faster: decide again.
    Raced,
}

impl Change {
    /// Nothing yet. `namespace` is written as its servers' names are to be.
    pub(crate) fn of(namespace: &Namespace) -> Self {
        Self {
            namespace: namespace.clone(),
            set: Vec::new(),
            remove: Vec::new(),
            puts: Vec::new(),
            removals: Vec::new(),
            above: None,
        }
    }

    pub(crate) fn with_member(mut self, member: &Member) -> Self {
        self.puts.extend(member.items(&self.namespace));
        self
    }

    pub(crate) fn without_member(mut self, identity: &Identity) -> Self {
        self.removals.push([keys::member(&self.namespace, identity), keys::membership(identity, &self.namespace)]);
        self
    }

    pub(crate) fn with_invitation(mut self, invitation: &Invitation) -> Self {
        self.puts.extend(invitation.items());
        self
    }

    pub(crate) fn without_invitation(mut self, to: &Handle) -> Self {
        let handle = to.as_str();
        self.removals.push([keys::invitation(&self.namespace, handle), keys::invitation_of(handle, &self.namespace)]);
        self
    }

    pub(crate) fn with_offer(mut self, offer: &Offer) -> Self {
        self.set.extend(offer.attributes());
        self
    }

    pub(crate) fn without_offer(mut self) -> Self {
        self.remove.extend(offer::ATTRIBUTES);
        self
    }

    /// With these pins in the place of those of `before`.
    pub(crate) fn with_pins(mut self, pins: &[Pin], before: &Binding) -> Self {
        self.above = match (before.pins.is_empty(), pins.is_empty()) {
            (true, false) => Some(Mark::Pinned(1)),
            (false, true) => Some(Mark::Pinned(-1)),
            _ => self.above,
        };
        match serde_json::to_string(pins) {
            Ok(json) if !pins.is_empty() => self.set.push((PINS, text(json))),
            _ => self.remove.push(PINS),
        }
        self
    }

    /// It belongs to its members alone from now on.
    pub(crate) fn handed_over(mut self, now: Timestamp) -> Self {
        self.set.push((TRANSFERRED_AT, number(now.as_micros())));
        self.above = Some(Mark::Transferred);
        self
    }

    /// It belongs to whoever logs in as this account.
    pub(crate) fn rebound(mut self, id: u64, now: Timestamp) -> Self {
        self.set.extend([(GITHUB_ID, number(id)), (REBOUND_AT, number(now.as_micros()))]);
        self.remove.push(TRANSFERRED_AT);
        self
    }

    /// The part that goes first if the whole does not fit one transaction: removals, which are as good one by one.
    pub(crate) fn first_part(&self) -> Option<Self> {
        let room = (registry::limits::TRANSACTION_ACTIONS - limits::OTHER_ACTIONS).saturating_sub(self.puts.len()) / 2;
        // No more than have to: those at the end go with the change itself.
        let first = self.removals.len().saturating_sub(room).min(room);
        (first > 0).then(|| Self {
            removals: self.removals.iter().take(first).cloned().collect(),
            ..Self::of(&self.namespace)
        })
    }

    fn actions(&self, table: &str, revision: u64) -> Result<Vec<TransactWriteItem>, BuildError> {
        let mut actions = vec![update(self.binding(table, revision).build()?)];
        for item in &self.puts {
            let put = Put::builder().table_name(table).set_item(Some(item.clone())).build()?;
            actions.push(TransactWriteItem::builder().put(put).build());
        }
        for key in self.removals.iter().flatten() {
            let delete = Delete::builder().table_name(table).set_key(Some(key_item(key))).build()?;
            actions.push(TransactWriteItem::builder().delete(delete).build());
        }
        for (mark, above) in
            self.above.iter().flat_map(|mark| above(&self.namespace).into_iter().map(move |one| (mark, one)))
        {
            let told = Update::builder().table_name(table).set_key(Some(key_item(&keys::namespace(&above))));
            let told = match mark {
                Mark::Transferred => told
                    .update_expression("SET #below = :below")
                    .expression_attribute_names("#below", TRANSFERRED_BELOW)
                    .expression_attribute_values(":below", text(self.namespace.as_str())),
                Mark::Pinned(more) => told
                    .update_expression("ADD #below :more")
                    .expression_attribute_names("#below", PINNED_BELOW)
                    .expression_attribute_values(":more", number(more)),
            };
            actions.push(update(told.build()?));
        }
        Ok(actions)
    }

    fn binding(&self, table: &str, revision: u64) -> aws_sdk_dynamodb::types::builders::UpdateBuilder {
        let mut set = "SET #revision = :after, #name = if_not_exists(#name, :name)".to_owned();
        let mut remove = String::new();
        let mut update = Update::builder()
            .table_name(table)
            .set_key(Some(key_item(&keys::namespace(&self.namespace))))
            .expression_attribute_names("#revision", REVISION)
            .expression_attribute_names("#name", NAME)
            .expression_attribute_values(":after", number(revision.saturating_add(1)))
            .expression_attribute_values(":name", text(self.namespace.as_str()));
        for (name, value) in &self.set {
            set.push_str(&format!(", #{name} = :{name}"));
            update = update
                .expression_attribute_names(format!("#{name}"), *name)
                .expression_attribute_values(format!(":{name}"), value.clone());
        }
        for name in &self.remove {
            remove.push_str(if remove.is_empty() { " REMOVE " } else { ", " });
            remove.push_str(&format!("#{name}"));
            update = update.expression_attribute_names(format!("#{name}"), *name);
        }
        let update = update.update_expression(set + &remove);
        if revision == 0 {
            update.condition_expression("attribute_not_exists(#revision)")
        } else {
            update.condition_expression("#revision = :before").expression_attribute_values(":before", number(revision))
        }
    }
}

fn update(update: Update) -> TransactWriteItem {
    TransactWriteItem::builder().update(update).build()
}

/// The namespaces above one that a domain can prove: of two labels at least. Accounts of GitHub are not above each other.
fn above(namespace: &Namespace) -> Vec<Namespace> {
    let labels: Vec<&str> = namespace.as_str().split('.').collect();
    let lengths = if namespace.is_github() { 0..0 } else { 2..labels.len().min(limits::LABELS_ABOVE) };
    lengths.filter_map(|length| labels.get(..length)?.join(".").parse().ok()).collect()
}

impl Namespaces {
    /// Makes a change, all of it or nothing, unless the namespace was changed since `revision`.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub(crate) async fn commit(
        &self,
        change: &Change,
        revision: u64,
        audit: Vec<TransactWriteItem>,
    ) -> Result<Committed, StoreError> {
        let operation = "change a namespace";
        let actions = change.actions(&self.table, revision);
        let mut actions = actions.map_err(|error| StoreError::Call { operation, message: error_chain(&error) })?;
        actions.extend(audit);
        let sent = self.client.transact_write_items().set_transact_items(Some(actions)).send().await;
        let Err(error) = sent else { return Ok(Committed::Yes) };
        match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                let mut codes = cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code());
                let is_race = |code: &str| {
                    matches!(
                        code,
                        "None"
                            | "ConditionalCheckFailed"
                            | "TransactionConflict"
                            | "ThrottlingError"
                            | "ProvisionedThroughputExceeded"
                    )
                };
                if codes.all(is_race) { Ok(Committed::Raced) } else { Err(StoreError::call(operation, error)) }
            }
            Some(TransactWriteItemsError::TransactionInProgressException(_)) => Ok(Committed::Raced),
            _ => Err(StoreError::call(operation, error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn namespace(text: &str) -> Namespace {
        text.parse().unwrap()
    }

    #[test]
    fn what_can_prove_a_namespace_from_above_is_told() {
        let above = |text: &str| above(&namespace(text)).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(above("com.example.api.v1"), ["com.example", "com.example.api"]);
        assert_eq!(above("com.example"), Vec::<String>::new());
        assert_eq!(above("io.github.alice"), Vec::<String>::new());
    }

    #[test]
    fn the_largest_change_fits_one_transaction_after_its_first_parts() {
        let namespace = namespace(&["a"; limits::TRANSFER_LABELS].join("."));
        let now = Timestamp::now();
        let owner = |id| Member {
            identity: Identity::github(id),
            name: String::new(),
            role: super::super::member::Role::Owner,
            since: now,
            added_by: Identity::github(0),
        };
        let mut change = Change::of(&namespace).handed_over(now).without_offer().with_member(&owner(0));
        for id in 0..limits::OWNERS_PER_NAMESPACE as u64 {
            change = change.without_member(&Identity::github(id + 1));
        }
        assert!(change.first_part().is_none());
        assert!(change.actions("table", 1).unwrap().len() <= registry::limits::TRANSACTION_ACTIONS - 2);
        for id in 0..100 {
            change = change.without_member(&Identity::github(id + 1000));
        }
        let part = change.first_part().unwrap();
        assert!(part.first_part().is_none() && part.puts.is_empty() && part.set.is_empty());
    }

    #[test]
    fn no_owner_goes_before_the_namespace_does() {
        let namespace = namespace("com.example");
        let now = Timestamp::now();
        let change = |invitations: usize| {
            let mut change = Change::of(&namespace).handed_over(now);
            for id in 0..invitations as u64 {
                change = change.without_invitation(&Handle::from(&Identity::github(id + 1000)));
            }
            for id in 0..limits::OWNERS_PER_NAMESPACE as u64 {
                change = change.without_member(&Identity::github(id + 1));
            }
            change
        };
        for invitations in 0..=2 * limits::INVITATIONS_PER_NAMESPACE {
            let mut left = invitations;
            while let Some(part) = change(left).first_part() {
                let is_invitation = |key: &Key| key.sk.starts_with(keys::INVITATION_PREFIX);
                assert!(part.removals.iter().all(|[key, _]| is_invitation(key)), "{invitations}");
                left -= part.removals.len();
            }
        }
    }
}
