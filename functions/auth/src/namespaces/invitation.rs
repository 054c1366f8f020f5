//! Invitations to a namespace.

use registry::identity::{Identity, Namespace};
use registry::store::attributes::{Attributes, Item, TTL, key_item, number, text};
use registry::store::{StoreError, keys};
use registry::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::member::Role;
use super::{Handle, limits};

const NAMESPACE: &str = "namespace";
const TO: &str = "to";
const ROLE: &str = "role";
const BY: &str = "by";
const AT: &str = "at";

const DAY: i64 = 86_400_000_000;

/// An invitation: a member to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Invitation {
    /// Where to.
    #[schema(value_type = String, example = "com.example")]
    pub(crate) namespace: Namespace,
    /// Who is invited.
    #[schema(value_type = String, example = "github:octocat")]
    pub(crate) to: Handle,
    /// What they are to be.
    pub(crate) role: Role,
    /// Who invited them.
    #[schema(value_type = String, example = "github:583231")]
    pub(crate) invited_by: Identity,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) invited_at: Timestamp,
    /// Until when it can be accepted.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) expires_at: Timestamp,
}

/// When an invitation or an offer of `at` ends.
pub(crate) fn end(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.as_micros().saturating_add(limits::INVITATION_DAYS * DAY)).unwrap_or(at)
}

impl Invitation {
    pub(crate) fn new(namespace: Namespace, to: Handle, role: Role, invited_by: Identity, now: Timestamp) -> Self {
        Self { namespace, to, role, invited_by, invited_at: now, expires_at: end(now) }
    }

    pub(crate) fn is_open(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    /// Its two items: the namespace's and that of the invited.
    pub(crate) fn items(&self) -> [Item; 2] {
        let item = |key| {
            let mut item = key_item(&key);
            item.extend([
                (NAMESPACE.to_owned(), text(self.namespace.as_str())),
                (TO.to_owned(), text(self.to.as_str())),
                (ROLE.to_owned(), text(self.role.as_str())),
                (BY.to_owned(), text(self.invited_by.as_str())),
                (AT.to_owned(), number(self.invited_at.as_micros())),
                // For a day more the invited are told that they come too late.
                (TTL.to_owned(), number(self.expires_at.as_micros().saturating_add(DAY) / 1_000_000)),
            ]);
            item
        };
        let handle = self.to.as_str();
        [item(keys::invitation(&self.namespace, handle)), item(keys::invitation_of(handle, &self.namespace))]
    }

    pub(crate) fn read(item: &Item) -> Result<Self, StoreError> {
        let attributes = Attributes { operation: "read an invitation", item };
        Ok(Self::new(
            attributes.parsed(NAMESPACE)?,
            attributes.parsed(TO)?,
            attributes.parsed(ROLE)?,
            attributes.parsed(BY)?,
            attributes.time(AT)?,
        ))
    }
}
