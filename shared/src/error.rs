//! Errors as clients see them: problem+json (RFC 9457) in the official registry's shape.

use std::collections::BTreeMap;
use std::error::Error;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use crate::cache::{CachePolicy, ServerTag};
use crate::catalogue::CatalogueError;
use crate::snapshot::SnapshotError;
use crate::store::Exceeded;

/// An error answer. What the client sees and what the log keeps are two fields.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    detail: String,
    errors: Vec<ErrorDetail>,
    retry_after: Option<u32>,
    /// The server that is not there, if a read asked for it.
    missing: Option<ServerTag>,
    internal: Option<Box<dyn Error + Send + Sync>>,
}

/// One of the things that are wrong with a request.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ErrorDetail {
    /// What is wrong.
    pub message: String,
    /// Where, such as `query.limit` or `body.packages[0].version`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The value that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub value: Option<serde_json::Value>,
}

/// The body of an error answer.
#[derive(Serialize, ToSchema)]
#[schema(as = ErrorModel)]
pub struct Problem<'a> {
    /// The status in words.
    pub title: &'a str,
    /// The status code.
    pub status: u16,
    /// What went wrong, for people.
    pub detail: &'a str,
    /// Each thing that is wrong.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub errors: &'a [ErrorDetail],
}

/// What a request with a JSON body may be refused for, in the OpenAPI document.
#[derive(Clone, Copy, Debug)]
pub struct BodyErrors;

/// What a request with a token may be refused for, in the OpenAPI document.
#[derive(Clone, Copy, Debug)]
pub struct TokenErrors;

/// What a request may be refused for that is counted against a limit, in the OpenAPI document.
#[derive(Clone, Copy, Debug)]
pub struct LimitErrors;

/// What a login may be refused for, in the OpenAPI document.
#[derive(Clone, Copy, Debug)]
pub struct LoginErrors;

impl IntoResponses for LimitErrors {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        problems(&[LIMIT])
    }
}

impl IntoResponses for LoginErrors {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        problems(&[("401", "the proof is none; what to do is said"), LIMIT, UNAVAILABLE])
    }
}

impl IntoResponses for BodyErrors {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        problems(&[
            ("400", "no JSON, or against a rule"),
            ("413", "larger than 1 MiB"),
            ("415", "not of a JSON media type"),
            ("422", MALFORMED),
        ])
    }
}

impl IntoResponses for TokenErrors {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        problems(&[
            ("401", "the token is no token of this registry, or its time is over"),
            ("403", "the token does not allow it"),
            ("422", MALFORMED),
            UNAVAILABLE,
        ])
    }
}

const LIMIT: (&str, &str) = ("429", "a limit is reached; `Retry-After` says when to try again");
const UNAVAILABLE: (&str, &str) = ("503", "the store does not answer; try again");

/// The framework of the official registry takes a missing token for a malformed request.
const MALFORMED: &str = "not of the form that is asked for, or no token; all that is wrong is listed";

fn problems(of: &[(&str, &str)]) -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
    let response = |description: &str| {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
        ResponseBuilder::new().description(description).content("application/problem+json", content).build()
    };
    of.iter().map(|(status, description)| ((*status).to_owned(), response(description).into())).collect()
}

impl ApiError {
    /// An error with a text for the client.
    #[must_use]
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), errors: Vec::new(), retry_after: None, missing: None, internal: None }
    }

    /// 400.
    #[must_use]
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 422 with all that is wrong at once.
    #[must_use]
    pub fn validation(errors: Vec<ErrorDetail>) -> Self {
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "validation failed") }
    }

    /// With what is wrong in particular.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<ErrorDetail>) -> Self {
        self.errors = errors;
        self
    }

    /// With one message that says what is wrong in particular.
    #[must_use]
    pub fn because(self, message: impl Into<String>) -> Self {
        self.with_errors(vec![ErrorDetail { message: message.into(), location: None, value: None }])
    }

    /// 404 for a server or a version that a read asked for: a CDN may keep it for a moment.
    #[must_use]
    pub fn no_server(name: &str) -> Self {
        Self { missing: Some(ServerTag::of(name)), ..Self::server_not_found() }
    }

    /// 404 for a server or a version, the official registry's text for both.
    #[must_use]
    pub fn server_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Server not found")
    }

    /// 404 with another text.
    #[must_use]
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// 500 for a fault of ours; `error` goes to the log alone.
    #[must_use]
    pub fn internal(detail: impl Into<String>, error: impl Error + Send + Sync + 'static) -> Self {
        Self { internal: Some(Box::new(error)), ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail) }
    }

    /// 503 when a store does not answer; `error` goes to the log alone.
    #[must_use]
    pub fn unavailable(error: impl Error + Send + Sync + 'static) -> Self {
        let detail = "The registry cannot reach its store right now. Try again in a few seconds.";
        Self {
            internal: Some(Box::new(error)),
            retry_after: Some(5),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, detail)
        }
    }

    /// 429 for a limit that is reached.
    #[must_use]
    pub fn too_many(exceeded: &Exceeded) -> Self {
        let error = Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests").because(exceeded.to_string());
        Self { retry_after: Some(exceeded.retry_after), ..error }
    }

    /// What is wrong in particular, or in general; for the audit trail.
    #[must_use]
    pub fn reason(&self) -> String {
        self.errors.first().map_or_else(|| self.detail.clone(), |error| error.message.clone())
    }

    /// The status code.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }
}

impl From<CatalogueError> for ApiError {
    fn from(error: CatalogueError) -> Self {
        match error {
            CatalogueError::Snapshot(error) => error.into(),
            error @ CatalogueError::Store(_) => Self::unavailable(error),
        }
    }
}

impl From<SnapshotError> for ApiError {
    fn from(error: SnapshotError) -> Self {
        if !error.is_of_snapshot() {
            return Self::unavailable(error);
        }
        let detail = "A part of the registry's catalogue is missing or broken, and is made anew by its next import or \
                      publish. Try again in a few minutes.";
        Self { detail: detail.into(), retry_after: Some(60), ..Self::unavailable(error) }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Some(error) = &self.internal {
            tracing::error!(
                status = self.status.as_u16(),
                error = crate::store::error_chain(&**error),
                "request failed"
            );
        }
        let problem = Problem {
            title: title(self.status),
            status: self.status.as_u16(),
            detail: &self.detail,
            errors: &self.errors,
        };
        let mut body = serde_json::to_vec(&problem).unwrap_or_default();
        body.push(b'\n');
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if let Some(server) = self.missing {
            response.extensions_mut().insert(CachePolicy::Missing(server));
        }
        response
    }
}

/// The official registry's words, which are Go's: RFC 9110 calls 413 otherwise by now.
fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => "Request Entity Too Large",
        other => other.canonical_reason().unwrap_or("Error"),
    }
}
