//! The offer of a namespace to somebody.

use registry::identity::Identity;
use registry::store::StoreError;
use registry::store::attributes::{Attributes, Item, number, text};
use registry::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::Handle;
use super::invitation::end;

const TO: &str = "offered_to";
const FROM: &str = "offered_from";
const AT: &str = "offered_at";

/// Names of the attributes that hold an offer.
pub(crate) const ATTRIBUTES: [&str; 3] = [TO, FROM, AT];

/// A namespace is offered to somebody, who has not accepted it yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TransferOffer)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Offer {
    /// To whom.
    #[schema(value_type = String, example = "github:octocat")]
    pub(crate) to: Handle,
    /// By whom.
    #[schema(value_type = String, example = "github:583231")]
    pub(crate) from: Identity,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) offered_at: Timestamp,
    /// Until when it can be accepted.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) expires_at: Timestamp,
}

impl Offer {
    pub(crate) fn new(to: Handle, from: Identity, now: Timestamp) -> Self {
        Self { to, from, offered_at: now, expires_at: end(now) }
    }

    pub(crate) fn is_open(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    /// Its attributes of the namespace's item.
    pub(crate) fn attributes(&self) -> [(&'static str, aws_sdk_dynamodb::types::AttributeValue); 3] {
        [(TO, text(self.to.as_str())), (FROM, text(self.from.as_str())), (AT, number(self.offered_at.as_micros()))]
    }

    pub(crate) fn read(item: &Item) -> Result<Option<Self>, StoreError> {
        let attributes = Attributes { operation: "read the offer of a namespace", item };
        if attributes.optional_text(TO).is_none() {
            return Ok(None);
        }
        Ok(Some(Self::new(attributes.parsed(TO)?, attributes.parsed(FROM)?, attributes.time(AT)?)))
    }
}
