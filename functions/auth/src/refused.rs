//! Why a login does not end with a token.

use registry::error::ApiError;
use registry::identity::{Identity, Namespace};
use registry::store::{AuditRecord, StoreError};

/// A login does not end with a token.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It is refused: the trail says so.
    Refused(Box<Refused>),
    /// The registry cannot tell, and says that.
    Failed(ApiError),
}

/// A refusal. None of its texts is a secret.
#[derive(Debug)]
pub(crate) struct Refused {
    /// What is wrong, and what to do next; at least one.
    pub(crate) messages: Vec<String>,
    /// Whether it counts as a failure of whoever sent it.
    pub(crate) counts: bool,
    recorded: Option<String>,
    identity: Option<String>,
    subject: Option<String>,
    namespace: Option<String>,
    target: Option<String>,
}

impl Refused {
    /// For one reason.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self::all(vec![message.into()])
    }

    /// For several.
    pub(crate) fn all(messages: Vec<String>) -> Self {
        Self { messages, counts: true, recorded: None, identity: None, subject: None, namespace: None, target: None }
    }

    /// Of somebody who has proved who they are.
    pub(crate) fn by(mut self, identity: &Identity, subject: &str) -> Self {
        self.identity = Some(identity.to_string());
        self.subject = Some(subject.to_owned());
        self
    }

    /// About a namespace that they have proved to be theirs.
    pub(crate) fn about(mut self, namespace: Option<&Namespace>) -> Self {
        self.namespace = namespace.map(Namespace::key);
        self
    }

    /// For whom the login was, without a proof.
    pub(crate) fn claiming(mut self, target: impl Into<String>) -> Self {
        self.target = Some(target.into());
        self
    }

    /// Recorded with another text.
    pub(crate) fn recorded_as(mut self, text: String) -> Self {
        self.recorded = Some(text);
        self
    }

    /// Through nobody's fault here, if `is_outage`.
    pub(crate) fn unless_outage(mut self, is_outage: bool) -> Self {
        self.counts = !is_outage;
        self
    }

    /// The record with what is known of it.
    pub(crate) fn record(&self, record: AuditRecord) -> AuditRecord {
        AuditRecord {
            identity: self.identity.clone(),
            subject: self.subject.clone(),
            namespace: self.namespace.clone(),
            target: self.target.clone(),
            detail: Some(self.recorded.clone().unwrap_or_else(|| self.messages.join("; "))),
            ..record
        }
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::Refused(Box::new(refused))
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Failed(ApiError::unavailable(error))
    }
}
