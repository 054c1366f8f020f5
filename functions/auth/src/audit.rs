//! `GET /audit`

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use registry::cache::CachePolicy;
use registry::edge::{self, Query};
use registry::error::{ApiError, ErrorDetail, Problem, TokenErrors};
use registry::identity::{Identity, Namespace};
use registry::limits;
use registry::store::{AuditQuery, AuditRecord};
use registry::time::Timestamp;
use registry_auth::{BearerError, bearer};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

/// Records of the audit trail, newest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditResponse)]
pub(crate) struct AuditResponse {
    /// The records.
    records: Vec<AuditRecord>,
    /// About the page.
    metadata: AuditMetadata,
}

/// About a page of the audit trail.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditMetadata {
    /// Records of the page.
    count: usize,
    /// Where the next page begins, unless this is the last. A page may have fewer records than were asked for, or none, and
    /// still have a next one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// The parameters, for the OpenAPI document.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "for the OpenAPI document")]
pub(crate) struct AuditParameters {
    /// Of this namespace alone. Whoever is no administrator has to name one of their own.
    namespace: Option<String>,
    /// Of this identity alone.
    identity: Option<String>,
    /// Of this event alone, such as `publish`.
    event: Option<String>,
    /// `done` or `refused` alone.
    outcome: Option<String>,
    /// Not before this time (RFC 3339).
    since: Option<String>,
    /// Before this time (RFC 3339).
    until: Option<String>,
    /// Most records of the page.
    #[param(minimum = 1, maximum = 100, default = 30)]
    limit: Option<usize>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

/// Who did what, and what was refused: to administrators all of it, to owners that of their namespace.
#[utoipa::path(
    get,
    path = "/audit",
    tag = "audit",
    params(AuditParameters),
    security(("bearer" = [])),
    responses(
        (status = 200, body = AuditResponse),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        TokenErrors,
    )
)]
pub(crate) async fn list_audit(
    State(state): State<crate::State>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let parsed = parse(query.as_deref().unwrap_or_default());
    let header = bearer(&headers).err().and_then(BearerError::detail);
    let (namespace, query) = match (header, parsed) {
        (None, Ok(parsed)) => parsed,
        (header, parsed) => {
            let errors = header.into_iter().chain(parsed.err().unwrap_or_default());
            return Err(ApiError::validation(errors.collect()));
        }
    };
    let claims = state.claims(&headers)?;
    if !claims.is_administrator() {
        let Some(namespace) = &namespace else { return Err(forbidden(NAME_ONE)) };
        let is_owner = state.tables.namespaces.is_owner(&claims, namespace, Timestamp::now()).await;
        if !is_owner.map_err(ApiError::unavailable)? {
            return Err(forbidden(&format!(
                "{namespace} is not yours: its owners and the registry's administrators may read what was done there"
            )));
        }
    }
    let page = state.tables.audit.page(&query).await.map_err(ApiError::unavailable)?;
    let metadata = AuditMetadata { count: page.records.len(), next_cursor: page.next };
    let json = serde_json::to_vec(&AuditResponse { records: page.records, metadata });
    let mut json = json.map_err(|error| ApiError::internal("Failed to write the answer", error))?;
    json.push(b'\n');
    Ok(edge::json(json, CachePolicy::NoStore))
}

const NAME_ONE: &str = "all of the audit trail is for administrators of the registry: name a namespace that you own, with the \
    parameter namespace";

fn forbidden(message: &str) -> ApiError {
    ApiError::new(StatusCode::FORBIDDEN, "You may not read this audit trail").because(message)
}

fn parse(raw: &str) -> Result<(Option<Namespace>, AuditQuery), Vec<ErrorDetail>> {
    let mut parameters = Parameters { query: Query::parse(raw), errors: Vec::new() };
    let namespace = parameters.parsed::<Namespace>("namespace");
    let query = AuditQuery {
        namespace: namespace.as_ref().map(Namespace::key),
        identity: parameters.parsed::<Identity>("identity").map(String::from),
        event: parameters.parsed("event"),
        outcome: parameters.parsed("outcome"),
        since: parameters.parsed("since"),
        until: parameters.parsed("until").or_else(ahead),
        after: parameters.cursor(),
        limit: parameters.limit(),
    };
    if parameters.errors.is_empty() { Ok((namespace, query)) } else { Err(parameters.errors) }
}

/// An hour from now: clocks of functions differ, and what one has just written may lie ahead of this one's.
fn ahead() -> Option<Timestamp> {
    Timestamp::from_micros(Timestamp::now().as_micros().saturating_add(3_600_000_000))
}

struct Parameters<'a> {
    query: Query<'a>,
    errors: Vec<ErrorDetail>,
}

impl Parameters<'_> {
    fn parsed<T>(&mut self, name: &str) -> Option<T>
    where
        T: std::str::FromStr,
        T::Err: ToString,
    {
        let parsed = self.query.get(name)?.parse();
        parsed.map_err(|error: T::Err| self.wrong(name, error.to_string())).ok()
    }

    fn cursor(&mut self) -> Option<String> {
        let cursor = self.query.get("cursor")?.to_owned();
        if !AuditQuery::is_position(&cursor) {
            self.wrong("cursor", "this registry did not give this cursor, or it was cut; begin again without it");
        }
        Some(cursor)
    }

    fn limit(&mut self) -> usize {
        let Some(text) = self.query.get("limit") else { return limits::PAGE_DEFAULT };
        let message = match text.parse::<i64>().map(usize::try_from) {
            Ok(Ok(limit @ 1..=limits::PAGE_MAX)) => return limit,
            Ok(Ok(1..)) => format!("expected number <= {}", limits::PAGE_MAX),
            Ok(_) => "expected number >= 1".to_owned(),
            Err(_) => "invalid integer".to_owned(),
        };
        self.wrong("limit", message);
        limits::PAGE_DEFAULT
    }

    fn wrong(&mut self, name: &str, message: impl Into<String>) {
        let value = self.query.get(name).filter(|value| value.len() <= 1000).map(Into::into);
        self.errors.push(ErrorDetail { message: message.into(), location: Some(format!("query.{name}")), value });
    }
}
