//! The body of a login, checked in the official order: size, media type, syntax, fields.

use axum::body::Body;
use http::Request;
use registry::edge::JsonRequest;
use registry::error::{ApiError, ErrorDetail};
use registry::limits;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A proof that somebody holds the private key of a domain.
#[derive(Debug, ToSchema)]
#[schema(as = SignatureTokenExchangeInput)]
pub(crate) struct SignatureLogin {
    /// The domain.
    #[schema(example = "example.com")]
    pub(crate) domain: String,
    /// Now, in RFC 3339.
    #[schema(example = "2026-11-21T02:06:06Z")]
    pub(crate) timestamp: String,
    /// The signature over the text of `timestamp`, in hex.
    pub(crate) signed_timestamp: String,
}

impl SignatureLogin {
    /// Reads the body to its end.
    ///
    /// # Errors
    /// 413, 415, 400 for no body or for one that is no JSON, and 422 with all that is wrong with its fields.
    pub(crate) async fn read(request: Request<Body>) -> Result<Self, ApiError> {
        match JsonRequest::read(request, limits::LOGIN_BYTES).await?.body {
            Value::Object(members) => Self::from_members(members).map_err(ApiError::validation),
            other => {
                let message = "expected object".to_owned();
                let detail = ErrorDetail { message, location: Some("body".to_owned()), value: Some(other) };
                Err(ApiError::validation(vec![detail]))
            }
        }
    }

    fn from_members(members: Map<String, Value>) -> Result<Self, Vec<ErrorDetail>> {
        let mut errors = Vec::new();
        let mut wrong = |message: String, location: String, value: Option<Value>| {
            errors.push(ErrorDetail { message, location: Some(location), value });
        };
        let mut text = |name: &str| match members.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => {
                let value = Some(other).filter(|value| !value.is_null()).cloned();
                wrong("expected string".to_owned(), format!("body.{name}"), value);
                String::new()
            }
            None => {
                let message = format!("expected required property {name} to be present");
                wrong(message, "body".to_owned(), Some(Value::Object(members.clone())));
                String::new()
            }
        };
        let login =
            Self { domain: text("domain"), timestamp: text("timestamp"), signed_timestamp: text("signed_timestamp") };
        // Of a body that is all unknown keys, one is enough.
        let unknown = members.keys().find(|key| !matches!(key.as_str(), "domain" | "timestamp" | "signed_timestamp"));
        if let Some(key) = unknown {
            let location = format!("body.{key}");
            wrong("unexpected property".to_owned(), location, Some(Value::Object(members.clone())));
        }
        if errors.is_empty() { Ok(login) } else { Err(errors) }
    }
}
