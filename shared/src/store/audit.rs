//! The audit trail: who did what, when and how, and what was refused. Records are added and never changed; they go when
//! their time is over.

use std::fmt;
use std::str::FromStr;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use serde::Serialize;
use utoipa::ToSchema;

use super::attributes::{Attributes, Item, TTL, key_item, number, text};
use super::keys::{self, Key};
use super::{StoreError, error};
use crate::limits;
use crate::time::Timestamp;

const AT: &str = "at";
const ID: &str = "id";
const EVENT: &str = "event";
const OUTCOME: &str = "outcome";

/// How far the clock of another function may be ahead.
const CLOCKS_MICROS: i64 = 3_600_000_000;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AuditEvent {
    /// A proof was exchanged for a token.
    Login,
    /// A version was published.
    Publish,
    /// A document was replaced.
    Edit,
    /// A status was set.
    Status,
    /// A version was deleted.
    Delete,
    /// A source brought changes.
    Import,
    /// A domain was claimed.
    DomainClaim,
    /// A domain was proved, or proved again.
    DomainProof,
    /// The proof of a domain is gone.
    DomainLapse,
    /// A claim was given up.
    DomainRelease,
    /// Somebody was invited to a namespace, or an invitation was withdrawn.
    Invite,
    /// Somebody accepted an invitation.
    Join,
    /// Somebody was removed from a namespace.
    Remove,
    /// A namespace was offered to somebody, or the offer was withdrawn.
    TransferOffer,
    /// A namespace changed hands.
    Transfer,
    /// The pins of a namespace were set.
    Pin,
    /// A namespace was bound to another GitHub account.
    Rebind,
    /// A browser session was ended.
    SessionEnd,
    /// An old refresh token was used: its session is revoked.
    SessionReuse,
}

/// Whether it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AuditOutcome {
    /// It was.
    Done,
    /// It was not; the detail says why.
    Refused,
}

macro_rules! words {
    ($kind:ident { $($variant:ident $word:literal),* $(,)? }) => {
        impl $kind {
            /// The word for it, in records and queries.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl FromStr for $kind {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(format!("expected one of {}", [$($word),*].join(", "))),
                }
            }
        }

        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words!(AuditEvent {
    Login "login",
    Publish "publish",
    Edit "edit",
    Status "status",
    Delete "delete",
    Import "import",
    DomainClaim "domain-claim",
    DomainProof "domain-proof",
    DomainLapse "domain-lapse",
    DomainRelease "domain-release",
    Invite "invite",
    Join "join",
    Remove "remove",
    TransferOffer "transfer-offer",
    Transfer "transfer",
    Pin "pin",
    Rebind "rebind",
    SessionEnd "session-end",
    SessionReuse "session-reuse",
});
words!(AuditOutcome { Done "done", Refused "refused" });

/// One thing that happened. Texts are cut to 1,000 characters; none may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditRecord {
    /// Random, 16 hexadecimal digits.
    pub id: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What.
    pub event: AuditEvent,
    /// Whether it was done.
    pub outcome: AuditOutcome,
    /// Who: the stable name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// How they proved it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Who, in terms of the method, such as a login name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The id of the token that was used or issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_id: Option<String>,
    /// The namespace that it is about, in lower case. Its owners may see the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// What it was done to: a server and version, a domain, an identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Where the request came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What else there is to say, above all why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl AuditRecord {
    /// Something that happened now.
    #[must_use]
    pub fn new(event: AuditEvent, outcome: AuditOutcome) -> Self {
        Self {
            id: format!("{:016x}", fastrand::u64(..)),
            at: Timestamp::now(),
            event,
            outcome,
            identity: None,
            method: None,
            subject: None,
            token_id: None,
            namespace: None,
            target: None,
            address: None,
            detail: None,
        }
    }

    /// With the namespace that it is about.
    #[must_use]
    pub fn about(mut self, namespace: &crate::identity::Namespace) -> Self {
        self.namespace = Some(namespace.key());
        self
    }

    /// With what it was done to.
    #[must_use]
    pub fn to(mut self, target: impl Into<String>) -> Self {
        self.target = Some(target.into());
        self
    }

    /// With what else there is to say.
    #[must_use]
    pub fn because(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// With where the request came from.
    #[must_use]
    pub fn from(mut self, address: Option<crate::edge::ClientAddress>) -> Self {
        self.address = address.map(|address| address.to_string());
        self
    }

    /// The items that hold it: one in the trail of its month, and one in that of its namespace.
    fn items(&self, keep: i64) -> Vec<Item> {
        let sort = keys::audit_sort(self.at, &self.id);
        let partitions = [Some(keys::audit_month(&month(self.at))), self.namespace.as_deref().map(keys::audit_of)];
        partitions.into_iter().flatten().map(|pk| self.item(&Key { pk, sk: sort.clone() }, keep)).collect()
    }

    fn item(&self, key: &Key, keep: i64) -> Item {
        let mut item = key_item(key);
        item.extend([
            (ID.to_owned(), text(self.id.as_str())),
            (AT.to_owned(), number(self.at.as_micros())),
            (EVENT.to_owned(), text(self.event.as_str())),
            (OUTCOME.to_owned(), text(self.outcome.as_str())),
            (TTL.to_owned(), number(self.at.as_micros().div_euclid(1_000_000).saturating_add(keep))),
        ]);
        for (name, value) in self.texts() {
            if let Some(value) = value {
                let value: String = value.chars().take(limits::AUDIT_TEXT_CHARS).collect();
                item.insert(name.to_owned(), text(value));
            }
        }
        item
    }

    fn texts(&self) -> [(&'static str, &Option<String>); 8] {
        [
            ("identity", &self.identity),
            ("method", &self.method),
            ("subject", &self.subject),
            ("token_id", &self.token_id),
            ("namespace", &self.namespace),
            ("target", &self.target),
            ("address", &self.address),
            ("detail", &self.detail),
        ]
    }

    fn read(attributes: &Attributes<'_>) -> Result<Self, StoreError> {
        let optional = |name| attributes.optional_text(name).map(str::to_owned);
        Ok(Self {
            id: attributes.text(ID)?.to_owned(),
            at: attributes.time(AT)?,
            event: attributes.parsed(EVENT)?,
            outcome: attributes.parsed(OUTCOME)?,
            identity: optional("identity"),
            method: optional("method"),
            subject: optional("subject"),
            token_id: optional("token_id"),
            namespace: optional("namespace"),
            target: optional("target"),
            address: optional("address"),
            detail: optional("detail"),
        })
    }
}

/// The month of a time, as `2026-11`.
fn month(at: Timestamp) -> String {
    at.to_string().chars().take(7).collect()
}

/// Adds to the trail, and reads it.
#[derive(Clone, Debug)]
pub struct AuditLog {
    client: Client,
    table: String,
    keep: i64,
}

/// Which records are wanted.
#[derive(Clone, Debug, Default)]
pub struct AuditQuery {
    /// Of this namespace alone, in lower case.
    pub namespace: Option<String>,
    /// Of this identity alone.
    pub identity: Option<String>,
    /// Of this event alone.
    pub event: Option<AuditEvent>,
    /// Of this outcome alone.
    pub outcome: Option<AuditOutcome>,
    /// Not before.
    pub since: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Behind this position, which an earlier page named.
    pub after: Option<String>,
    /// Most records.
    pub limit: usize,
}

/// Records, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditPage {
    /// The records.
    pub records: Vec<AuditRecord>,
    /// Where the next page begins, unless this is the last. A page may have fewer records than were asked for, and still
    /// have a next one: a page looks at a bounded number of records, whatever the filters.
    pub next: Option<String>,
}

impl AuditLog {
    /// The trail in `table`; records are kept for `days`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>, days: u32) -> Self {
        Self { client, table: table.into(), keep: i64::from(days) * 86_400 }
    }

    /// Adds a record, durably, before it returns.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn append(&self, record: &AuditRecord) -> Result<(), StoreError> {
        let operation = "write the audit trail";
        let actions = self.actions(record)?;
        let sent = self.client.transact_write_items().set_transact_items(Some(actions)).send().await;
        sent.map(drop).map_err(|error| StoreError::call(operation, error))
    }

    /// Adds a record of something that was refused anyway: a table that fails only costs the record, which the log then has.
    pub async fn note(&self, record: &AuditRecord) {
        if let Err(error) = self.append(record).await {
            let error = error::chain(&error);
            tracing::error!(error, ?record, "the audit trail was not written");
        }
    }

    /// The record as a part of a change's own transaction.
    ///
    /// # Errors
    /// Never for a record of this crate; the SDK's builders can refuse in principle.
    pub fn actions(&self, record: &AuditRecord) -> Result<Vec<TransactWriteItem>, StoreError> {
        let action = |item: Item| {
            let put = Put::builder().table_name(&self.table).set_item(Some(item));
            let put = put.condition_expression("attribute_not_exists(pk)").build();
            let invalid = |error: aws_sdk_dynamodb::error::BuildError| StoreError::Call {
                operation: "write the audit trail",
                message: error.to_string(),
            };
            Ok(TransactWriteItem::builder().put(put.map_err(invalid)?).build())
        };
        record.items(self.keep).into_iter().map(action).collect()
    }

    /// Reads a page.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn page(&self, query: &AuditQuery) -> Result<AuditPage, StoreError> {
        let now = Timestamp::now();
        let oldest = Timestamp::from_micros(now.as_micros().saturating_sub(self.keep.saturating_mul(1_000_000)));
        let since = query.since.max(oldest).unwrap_or(now);
        // Clocks of functions differ: what another one has just recorded may be ahead of this one's.
        let ahead = Timestamp::from_micros(now.as_micros().saturating_add(CLOCKS_MICROS)).unwrap_or(now);
        let until = query.until.unwrap_or(ahead);
        // `#` comes before `$`: all ids of the moment before `until`, none of its own.
        let (low, mut high) = (keys::audit_time(since), keys::audit_time(until));
        if let Some(after) = query.after.clone().filter(|after| *after < high) {
            high = after;
        }
        let mut page = AuditPage::default();
        let mut seen = 0;
        for partition in partitions(query.namespace.as_deref(), since, until.min(ahead)) {
            let mut start: Option<Item> = None;
            loop {
                let (items, last) = self.query(&partition, &low, &high, start.take()).await?;
                for item in &items {
                    let attributes = Attributes { operation: "read the audit trail", item };
                    let sort = attributes.text(keys::SK)?;
                    // `BETWEEN` holds at both ends; the position itself was on the page before.
                    if sort >= high.as_str() {
                        continue;
                    }
                    seen += 1;
                    let record = AuditRecord::read(&attributes)?;
                    if query.wants(&record) {
                        page.records.push(record);
                    }
                    if page.records.len() >= query.limit || seen >= limits::AUDIT_SEEN_PER_PAGE {
                        page.next = Some(sort.to_owned());
                        return Ok(page);
                    }
                }
                match last {
                    Some(last) => start = Some(last),
                    None => break,
                }
            }
        }
        Ok(page)
    }

    async fn query(
        &self,
        partition: &str,
        low: &str,
        high: &str,
        start: Option<Item>,
    ) -> Result<(Vec<Item>, Option<Item>), StoreError> {
        let operation = "read the audit trail";
        if low > high {
            return Ok((Vec::new(), None));
        }
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND sk BETWEEN :low AND :high")
            .expression_attribute_values(":pk", text(partition))
            .expression_attribute_values(":low", text(low))
            .expression_attribute_values(":high", text(high))
            .scan_index_forward(false)
            .consistent_read(true)
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|error| StoreError::call(operation, error))?;
        Ok((answer.items.unwrap_or_default(), answer.last_evaluated_key))
    }
}

impl AuditQuery {
    fn wants(&self, record: &AuditRecord) -> bool {
        (self.identity.is_none() || self.identity == record.identity)
            && self.event.is_none_or(|event| event == record.event)
            && self.outcome.is_none_or(|outcome| outcome == record.outcome)
    }

    /// Whether a text is a position that a page could have named.
    #[must_use]
    pub fn is_position(text: &str) -> bool {
        let (time, id) = text.split_once('#').unwrap_or_default();
        time.len() == 20
            && time.bytes().all(|byte| byte.is_ascii_digit())
            && id.len() == 16
            && id.bytes().all(|byte| byte.is_ascii_hexdigit())
    }
}

/// The partitions to read, the newest month first.
fn partitions(namespace: Option<&str>, since: Timestamp, until: Timestamp) -> Vec<String> {
    if let Some(namespace) = namespace {
        return vec![keys::audit_of(namespace)];
    }
    let first = month(since);
    let mut at = until;
    let mut months = Vec::new();
    loop {
        let this = month(at);
        let is_before = this < first;
        if !is_before && months.last() != Some(&this) {
            months.push(this);
        }
        // Days, because months differ in length.
        match Timestamp::from_micros(at.as_micros().saturating_sub(86_400_000_000)) {
            Some(earlier) if !is_before => at = earlier,
            _ => break,
        }
    }
    months.iter().map(|month| keys::audit_month(month)).collect()
}
