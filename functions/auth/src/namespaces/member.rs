//! Who may publish in a namespace beside those who prove that it is theirs.

use std::fmt;
use std::str::FromStr;

use registry::identity::{Identity, Namespace};
use registry::store::attributes::{Attributes, Item, key_item, number, text};
use registry::store::{StoreError, keys};
use registry::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

const IDENTITY: &str = "identity";
const NAMESPACE: &str = "namespace";
const NAME: &str = "name";
const ROLE: &str = "role";
const SINCE: &str = "since";
const ADDED_BY: &str = "added_by";

/// What a member may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    /// Publish, and decide who else may.
    Owner,
    /// Publish.
    Publisher,
}

/// A member of a namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Member {
    /// Who.
    #[schema(value_type = String, example = "github:583231")]
    pub(crate) identity: Identity,
    /// What they were called when they became a member.
    #[schema(example = "octocat")]
    pub(crate) name: String,
    /// What they may do.
    pub(crate) role: Role,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) since: Timestamp,
    /// Who invited them, or handed the namespace over.
    #[schema(value_type = String)]
    pub(crate) added_by: Identity,
}

/// A membership, as its holder sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Membership {
    /// Where.
    #[schema(value_type = String, example = "com.example")]
    pub(crate) namespace: Namespace,
    /// What they may do there.
    pub(crate) role: Role,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) since: Timestamp,
}

impl Role {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Publisher => "publisher",
        }
    }
}

impl FromStr for Role {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "owner" => Ok(Self::Owner),
            "publisher" => Ok(Self::Publisher),
            _ => Err("expected value to be one of \"owner, publisher\""),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Member {
    /// Its two items: the namespace's and the member's own.
    pub(crate) fn items(&self, namespace: &Namespace) -> [Item; 2] {
        let mut item = key_item(&keys::member(namespace, &self.identity));
        item.extend([
            (IDENTITY.to_owned(), text(self.identity.as_str())),
            (NAME.to_owned(), text(self.name.as_str())),
            (ROLE.to_owned(), text(self.role.as_str())),
            (SINCE.to_owned(), number(self.since.as_micros())),
            (ADDED_BY.to_owned(), text(self.added_by.as_str())),
        ]);
        let mut own = key_item(&keys::membership(&self.identity, namespace));
        own.extend([
            (NAMESPACE.to_owned(), text(namespace.as_str())),
            (ROLE.to_owned(), text(self.role.as_str())),
            (SINCE.to_owned(), number(self.since.as_micros())),
        ]);
        [item, own]
    }

    pub(crate) fn read(item: &Item) -> Result<Self, StoreError> {
        let attributes = Attributes { operation: "read a member of a namespace", item };
        Ok(Self {
            identity: attributes.parsed(IDENTITY)?,
            name: attributes.text(NAME)?.to_owned(),
            role: attributes.parsed(ROLE)?,
            since: attributes.time(SINCE)?,
            added_by: attributes.parsed(ADDED_BY)?,
        })
    }
}

impl Membership {
    pub(crate) fn read(item: &Item) -> Result<Self, StoreError> {
        let attributes = Attributes { operation: "read a membership", item };
        Ok(Self {
            namespace: attributes.parsed(NAMESPACE)?,
            role: attributes.parsed(ROLE)?,
            since: attributes.time(SINCE)?,
        })
    }
}
