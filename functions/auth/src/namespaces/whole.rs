//! A namespace as it stands: its binding, its members and its invitations, read at once; and other reads of the table.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::KeysAndAttributes;
use registry::identity::{Identity, Namespace};
use registry::store::StoreError;
use registry::store::attributes::{Attributes, Item, key_item, text};
use registry::store::keys::{self, Key};
use registry::time::Timestamp;

use super::binding::Binding;
use super::member::{Member, Role};
use super::{Handle, Invitation, Membership, Namespaces, Proved, limits};

/// Most keys of one `BatchGetItem` call (DynamoDB).
const KEYS_PER_READ: usize = 100;

/// All of a namespace.
#[derive(Clone, Debug, Default)]
pub(crate) struct Whole {
    pub(crate) binding: Binding,
    pub(crate) members: Vec<Member>,
    /// Those that are over included.
    pub(crate) invitations: Vec<Invitation>,
}

impl Whole {
    pub(crate) fn member(&self, identity: &Identity) -> Option<&Member> {
        self.members.iter().find(|member| member.identity == *identity)
    }

    pub(crate) fn owners(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| member.role == Role::Owner)
    }

    pub(crate) fn open_invitations(&self, now: Timestamp) -> impl Iterator<Item = &Invitation> {
        self.invitations.iter().filter(move |invitation| invitation.is_open(now))
    }
}

impl Namespaces {
    /// All of a namespace. One that nobody has used is empty.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub(crate) async fn whole(&self, namespace: &Namespace) -> Result<Whole, StoreError> {
        let head = keys::namespace(namespace).sk;
        let mut whole = Whole::default();
        for item in self.query(&keys::namespace_partition(namespace), "", usize::MAX).await? {
            let sort = Attributes { operation: "read a namespace", item: &item }.text(keys::SK)?;
            if sort == head {
                whole.binding = Binding::read(&item)?;
            } else if sort.starts_with(keys::MEMBER_PREFIX) {
                whole.members.push(Member::read(&item)?);
            } else if sort.starts_with(keys::INVITATION_PREFIX) {
                whole.invitations.push(Invitation::read(&item)?);
            }
        }
        Ok(whole)
    }

    /// Of what somebody is a member.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub(crate) async fn memberships(&self, identity: &Identity) -> Result<Vec<Membership>, StoreError> {
        let items = self.query(&keys::identity_partition(identity), keys::MEMBER_PREFIX, usize::MAX).await?;
        items.iter().map(Membership::read).collect()
    }

    /// The open invitations of whoever goes by one of these handles.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub(crate) async fn invitations(&self, handles: &[Handle], now: Timestamp) -> Result<Vec<Invitation>, StoreError> {
        let mut open = Vec::new();
        for handle in handles {
            let partition = keys::handle_partition(handle.as_str());
            for item in self.query(&partition, keys::INVITATION_PREFIX, limits::INVITATIONS_LISTED).await? {
                open.push(Invitation::read(&item)?);
            }
        }
        open.retain(|invitation| invitation.is_open(now));
        Ok(open)
    }

    /// The domains that somebody has proved to hold, and holds still.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub(super) async fn domains(&self, identity: &Identity, now: Timestamp) -> Result<Vec<Proved>, StoreError> {
        let items = self.query(&keys::identity_partition(identity), keys::DOMAIN_PREFIX, usize::MAX).await?;
        Ok(proved_domains(&items, now))
    }

    /// The bindings of namespaces, by [`Namespace::key`]. One that nobody has used has none.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub(super) async fn bindings<'a>(
        &self,
        namespaces: impl Iterator<Item = &'a Namespace>,
    ) -> Result<HashMap<String, Binding>, StoreError> {
        let by_key: HashMap<Key, String> =
            namespaces.map(|namespace| (keys::namespace(namespace), namespace.key())).collect();
        let wanted: Vec<Key> = by_key.keys().cloned().collect();
        let items = self.items(&wanted).await?;
        let read = |(key, item): (Key, Item)| Some((by_key.get(&key)?.clone(), Binding::read(&item)));
        items.into_iter().filter_map(read).map(|(key, binding)| Ok((key, binding?))).collect()
    }

    /// Items by their keys, of which no two may be the same.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub(super) async fn items(&self, wanted: &[Key]) -> Result<HashMap<Key, Item>, StoreError> {
        let operation = "read namespaces";
        let failed = |message: String| StoreError::Call { operation, message };
        let mut found = HashMap::new();
        for wanted in wanted.chunks(KEYS_PER_READ) {
            let mut left: Vec<Item> = wanted.iter().map(key_item).collect();
            for attempt in 0.. {
                let request = KeysAndAttributes::builder().set_keys(Some(left)).consistent_read(true).build();
                let request = request.map_err(|error| failed(error.to_string()))?;
                let sent = self.client.batch_get_item().request_items(&self.table, request).send().await;
                let answer = sent.map_err(|error| StoreError::call(operation, error))?;
                for item in answer.responses.unwrap_or_default().into_values().flatten() {
                    let attributes = Attributes { operation, item: &item };
                    let key =
                        Key { pk: attributes.text(keys::PK)?.to_owned(), sk: attributes.text(keys::SK)?.to_owned() };
                    found.insert(key, item);
                }
                let rest = answer.unprocessed_keys.unwrap_or_default().into_values();
                left = rest.flat_map(|request| request.keys).collect();
                if left.is_empty() {
                    break;
                }
                if attempt == registry::limits::WRITE_ATTEMPTS {
                    return Err(failed("the table is too busy".to_owned()));
                }
                registry::store::pause(attempt).await;
            }
        }
        Ok(found)
    }

    /// Items of a partition whose sort keys begin with `prefix`, at most about `most`.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub(super) async fn query(&self, partition: &str, prefix: &str, most: usize) -> Result<Vec<Item>, StoreError> {
        let operation = "read namespaces";
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let query = self.client.query().table_name(&self.table).consistent_read(true);
            let query = query.expression_attribute_values(":pk", text(partition)).set_exclusive_start_key(start);
            let query = if prefix.is_empty() {
                query.key_condition_expression("pk = :pk")
            } else {
                let query = query.key_condition_expression("pk = :pk AND begins_with(sk, :prefix)");
                query.expression_attribute_values(":prefix", text(prefix))
            };
            let answer = query.send().await.map_err(|error| StoreError::call(operation, error))?;
            items.extend(answer.items.unwrap_or_default());
            start = answer.last_evaluated_key;
            if start.is_none() || items.len() >= most {
                items.truncate(most);
                return Ok(items);
            }
        }
    }
}

/// The domains among what somebody has that are proved and not lapsed.
pub(super) fn proved_domains(items: &[Item], now: Timestamp) -> Vec<Proved> {
    let domains = items.iter().filter_map(|item| registry_domain::grants(item, now));
    domains.map(|domain| Proved { namespace: domain.namespace, github_id: None, below: domain.below }).collect()
}
