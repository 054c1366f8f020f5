//! Browser sessions in the table. Of the refresh token only the hash of its present secret is kept.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use registry::identity::{Identity, Namespace};
use registry::store::attributes::{Attributes, Item, TTL, key_item, number, text};
use registry::store::{AuditEvent, AuditOutcome, AuditRecord, StoreError, keys};
use registry::time::Timestamp;
use registry_auth::AuthMethod;
use serde::{Deserialize, Serialize};

use super::refresh_token::{Family, RefreshToken};
use super::secret::{Secret, SecretHash};
use super::underway::seconds;
use crate::login::Proof;
use crate::namespaces::Proved;

const CURRENT: &str = "current";
const IDENTITY: &str = "identity";
const METHOD: &str = "method";
const SUBJECT: &str = "subject";
const OWNS: &str = "owns";
const CREATED: &str = "created";

/// The table's browser sessions, and nothing else of it.
#[derive(Clone, Debug)]
pub(crate) struct Sessions {
    client: Client,
    table: String,
}

/// Who logged in, and what GitHub said of them then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Session {
    /// Their stable name.
    pub(super) identity: Identity,
    /// How they proved it.
    pub(super) method: AuthMethod,
    /// Who they are, in terms of the method.
    pub(super) subject: String,
    /// Namespaces that the login proved to be theirs.
    pub(super) owns: Vec<Owned>,
    /// When they logged in.
    pub(super) created: Timestamp,
    /// When they have to log in anew, in seconds since the epoch.
    pub(super) end: i64,
}

/// A namespace that a login proved to be somebody's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Owned {
    /// The namespace.
    pub(super) namespace: Namespace,
    /// The number of the GitHub account whose namespace it was.
    pub(super) github_id: Option<u64>,
}

/// What became of a refresh token.
#[derive(Clone, Debug)]
pub(super) enum Rotation {
    /// It was valid. It is no more; the new one is.
    Renewed(RefreshToken, Session),
    /// There is no such session, or its time is over.
    Over,
    /// It was used before: somebody else has it too. The session is gone.
    Reused(Session),
}

impl Sessions {
    /// Those in `table`.
    pub(crate) fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Begins a session.
    pub(super) async fn begin(&self, token: &RefreshToken, session: &Session) -> Result<(), StoreError> {
        let operation = "begin a session";
        let owns = serde_json::to_string(&session.owns);
        let owns = owns.map_err(|error| StoreError::Call { operation, message: error.to_string() })?;
        let mut item = key_item(&keys::session(token.family.as_str()));
        item.extend([
            (CURRENT.to_owned(), text(token.secret.hash().to_string())),
            (IDENTITY.to_owned(), text(session.identity.as_str())),
            (METHOD.to_owned(), text(session.method.to_string())),
            (SUBJECT.to_owned(), text(session.subject.as_str())),
            (OWNS.to_owned(), text(owns)),
            (CREATED.to_owned(), number(session.created.as_micros())),
            (TTL.to_owned(), number(session.end)),
        ]);
        let sent = self.client.put_item().table_name(&self.table).set_item(Some(item)).send().await;
        sent.map(drop).map_err(|error| StoreError::call(operation, error))
    }

    /// Trades a refresh token for `next`, the secret of the following one, in one step: of two who bring the same token one
    /// alone gets on, and the other ends the session for both, because nobody can tell which of them is the thief.
    pub(super) async fn rotate(
        &self,
        token: &RefreshToken,
        next: Secret,
        now: Timestamp,
    ) -> Result<Rotation, StoreError> {
        let operation = "renew a session";
        let sent = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key_item(&keys::session(token.family.as_str()))))
            .update_expression("SET #current = :next")
            // The client repeats a call whose answer was lost; its own secret does not stand in its way.
            .condition_expression("(#current = :given OR #current = :next) AND #end > :now")
            .expression_attribute_names("#current", CURRENT)
            .expression_attribute_names("#end", TTL)
            .expression_attribute_values(":given", text(token.secret.hash().to_string()))
            .expression_attribute_values(":next", text(next.hash().to_string()))
            .expression_attribute_values(":now", number(seconds(now)))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let refused = match sent {
            Ok(answer) => {
                let item = answer.attributes.unwrap_or_default();
                let session = session(&Attributes { operation, item: &item })?;
                return Ok(Rotation::Renewed(RefreshToken { family: token.family.clone(), secret: next }, session));
            }
            Err(error) => refused(error).map_err(|error| StoreError::call(operation, *error))?,
        };
        let Some(item) = refused else { return Ok(Rotation::Over) };
        let session = session(&Attributes { operation, item: &item })?;
        self.end(&token.family).await?;
        Ok(if session.end <= seconds(now) { Rotation::Over } else { Rotation::Reused(session) })
    }

    /// Ends a session; gives what it was, and the hash of its present secret.
    pub(super) async fn end(&self, family: &Family) -> Result<Option<(Session, SecretHash)>, StoreError> {
        let operation = "end a session";
        let answer = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key_item(&keys::session(family.as_str()))))
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map_err(|error| StoreError::call(operation, error))?;
        let Some(item) = answer.attributes.filter(|item| !item.is_empty()) else { return Ok(None) };
        let attributes = Attributes { operation, item: &item };
        Ok(Some((session(&attributes)?, attributes.parsed(CURRENT)?)))
    }
}

impl Session {
    /// A session of somebody whom GitHub knows. Of what it said, no more than this is kept.
    pub(super) fn new(proof: Proof, now: Timestamp, lifetime: u32) -> Self {
        let owned = |proved: Proved| Owned { namespace: proved.namespace, github_id: proved.github_id };
        Self {
            identity: proof.identity,
            method: proof.method,
            subject: proof.subject,
            owns: proof.proved.into_iter().map(owned).collect(),
            created: now,
            end: seconds(now).saturating_add(i64::from(lifetime)),
        }
    }

    /// What the login proved, for another token.
    pub(super) fn proof(&self) -> Proof {
        let proved =
            |owned: &Owned| Proved { namespace: owned.namespace.clone(), github_id: owned.github_id, below: false };
        Proof {
            method: self.method,
            subject: self.subject.clone(),
            identity: self.identity.clone(),
            proved: self.owns.iter().map(proved).collect(),
            permissions: Vec::new(),
            run: None,
            remarks: vec!["in a browser".to_owned()],
        }
    }

    /// A record of the audit trail that says whose session it is.
    pub(super) fn audit(&self, event: AuditEvent, outcome: AuditOutcome) -> AuditRecord {
        AuditRecord {
            identity: Some(self.identity.to_string()),
            method: Some(self.method.to_string()),
            subject: Some(self.subject.clone()),
            namespace: self.owns.first().map(|owned| owned.namespace.key()),
            ..AuditRecord::new(event, outcome)
        }
    }

    /// Seconds that are left of it.
    pub(super) fn left(&self, now: Timestamp) -> i64 {
        self.end.saturating_sub(seconds(now)).max(0)
    }
}

/// The session that stood in the way of an update, if one did.
fn refused(error: SdkError<UpdateItemError>) -> Result<Option<Item>, Box<SdkError<UpdateItemError>>> {
    match error.as_service_error() {
        Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
            Ok(refused.item.clone().filter(|item| !item.is_empty()))
        }
        _ => Err(Box::new(error)),
    }
}

fn session(attributes: &Attributes<'_>) -> Result<Session, StoreError> {
    let method = attributes.text(METHOD)?.into();
    Ok(Session {
        identity: attributes.parsed(IDENTITY)?,
        method: serde_json::from_value(method).map_err(|_| attributes.malformed(METHOD))?,
        subject: attributes.text(SUBJECT)?.to_owned(),
        owns: serde_json::from_str(attributes.text(OWNS)?).map_err(|_| attributes.malformed(OWNS))?,
        created: attributes.time(CREATED)?,
        end: attributes.number(TTL)?,
    })
}
