//! Who asks for a change, and what the audit trail gets to know of it.

use http::HeaderMap;
use registry::edge::ClientAddress;
use registry::error::ApiError;
use registry::identity::Namespace;
use registry::store::{AuditEvent, AuditOutcome, AuditRecord, Limit};
use registry::time::Timestamp;
use registry_auth::{Claims, bearer};
use tokio::sync::OnceCell;

use crate::State;
use crate::limits::{HOUR, REFUSALS_PER_HOUR, REFUSED_TOKENS_PER_HOUR};

/// What a well-formed request asks for.
#[derive(Debug)]
pub(crate) struct Asked {
    event: AuditEvent,
    address: Option<ClientAddress>,
    namespace: Option<Namespace>,
    target: String,
    detail: Option<String>,
}

/// A request with a valid token.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) claims: Claims,
    asked: Asked,
    /// Set once the request is counted against the limits, however often it is decided.
    pub(super) counted: OnceCell<()>,
}

impl Asked {
    /// Something of a whole server. The name is as the request has it, which need not be one.
    pub(crate) fn of_server(event: AuditEvent, address: Option<ClientAddress>, name: &str) -> Self {
        let namespace = name.split_once('/').and_then(|(namespace, _)| namespace.parse().ok());
        Self { event, address, namespace, target: plain(name), detail: None }
    }

    /// Something of one version, as the request has it.
    pub(crate) fn of_version(event: AuditEvent, address: Option<ClientAddress>, name: &str, version: &str) -> Self {
        let asked = Self::of_server(event, address, name);
        Self { target: format!("{}@{}", asked.target, plain(version)), ..asked }
    }

    /// With what the record of success says beside it.
    pub(crate) fn saying(mut self, detail: &str) -> Self {
        self.detail = Some(plain(detail));
        self
    }

    fn complete(&self, record: AuditRecord, detail: Option<String>) -> AuditRecord {
        let mut record = record.to(self.target.as_str()).from(self.address);
        record.namespace = self.namespace.as_ref().map(Namespace::key);
        record.detail = detail;
        record
    }

    fn place(&self) -> String {
        self.address.map_or_else(|| "an unknown address".to_owned(), ClientAddress::place)
    }
}

impl Caller {
    /// The stable name of whoever asks. A token of old has none.
    pub(crate) fn name(&self) -> String {
        let Claims { auth_method, auth_method_sub, .. } = &self.claims;
        self.claims.identity().map_or_else(|| format!("{auth_method} {auth_method_sub}"), ToString::to_string)
    }

    /// The namespace that the request is about.
    pub(crate) fn namespace(&self) -> Option<&Namespace> {
        self.asked.namespace.as_ref()
    }

    /// Where the request comes from, as limits count it.
    pub(crate) fn place(&self) -> Option<String> {
        self.asked.address.map(ClientAddress::place)
    }

    /// The record of a change that is committed with it.
    pub(crate) fn done(&self, warnings: &[String]) -> AuditRecord {
        let said = self.asked.detail.iter().chain(warnings).map(String::as_str).collect::<Vec<_>>().join("; ");
        let record = self.claims.audit(self.asked.event, AuditOutcome::Done);
        self.asked.complete(record, Some(said).filter(|said| !said.is_empty()))
    }
}

impl State {
    /// Whoever the request's token names. A token that is not valid is in the audit trail before it is refused.
    ///
    /// # Errors
    /// 401; 422 without the header.
    pub(crate) async fn caller(&self, headers: &HeaderMap, asked: Asked) -> Result<Caller, ApiError> {
        match self.keys.verify(bearer(headers)?, Timestamp::now()) {
            Ok(claims) => Ok(Caller { claims, asked, counted: OnceCell::new() }),
            Err(error) => {
                let error = ApiError::from(error);
                let what = format!("refused tokens recorded per hour from {}", asked.place());
                let record = AuditRecord::new(asked.event, AuditOutcome::Refused);
                let record = asked.complete(record, Some(plain(&error.reason())));
                self.note(Limit { what, most: REFUSED_TOKENS_PER_HOUR, seconds: HOUR }, record).await;
                Err(error)
            }
        }
    }

    /// What came of a request. A refusal is in the audit trail before it is answered.
    pub(crate) async fn noted<T>(&self, caller: &Caller, result: Result<T, ApiError>) -> Result<T, ApiError> {
        if let Err(error) = &result
            && error.status().is_client_error()
        {
            let what = format!("refusals recorded per hour of {} from {}", caller.name(), caller.asked.place());
            let record = caller.claims.audit(caller.asked.event, AuditOutcome::Refused);
            let record = caller.asked.complete(record, Some(plain(&error.reason())));
            self.note(Limit { what, most: REFUSALS_PER_HOUR, seconds: HOUR }, record).await;
        }
        result
    }

    /// Adds the record of a refusal to the trail, up to a limit. Beyond it, and where the table fails, the log alone has it.
    async fn note(&self, limit: Limit, record: AuditRecord) {
        tracing::info!(event = %record.event, object = record.target, identity = record.identity,
            address = record.address, reason = record.detail, "refused");
        let now = Timestamp::now();
        // A flood only looks, which costs less than counting does.
        let counted = match self.counts.look(&limit, now).await {
            Ok(Ok(())) => self.counts.take(&[limit], now).await,
            looked => looked,
        };
        match counted {
            Ok(Ok(())) => self.trail.note(&record).await,
            Ok(Err(_)) => {}
            Err(error) => tracing::error!(error = registry::error_chain(&error), "a refusal was not recorded"),
        }
    }
}

/// Control characters written out: whoever prints a record prints one line, and commands no terminal.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_control() {
            true => plain.extend(c.escape_default()),
            false => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_written_out() {
        assert_eq!(plain("1.0\r\n\u{1b}[31m\0\u{85} Größe \\n"), "1.0\\r\\n\\u{1b}[31m\\u{0}\\u{85} Größe \\n");
    }

    #[test]
    fn what_is_no_name_has_no_namespace() {
        let namespace = |name: &str| Asked::of_server(AuditEvent::Status, None, name).namespace.map(|n| n.key());
        assert_eq!(namespace("io.github.Acme/x y\n"), Some("io.github.acme".to_owned()));
        for name in ["", "a.b", "/x", "a\n.b/x", "a b/x"] {
            assert_eq!(namespace(name), None, "{name:?}");
        }
    }
}
