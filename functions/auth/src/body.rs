//! The body of a login, checked in the official order: size, media type, syntax, fields.

use axum::body::Body;
use http::Request;
use registry::edge::JsonRequest;
use registry::error::ApiError;
use registry::limits;
use registry_validate::{SIGNATURE, check};
use serde::Deserialize;
use utoipa::ToSchema;

/// A proof that somebody holds the private key of a domain.
#[derive(Debug, Deserialize, ToSchema)]
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
        let body = JsonRequest::read(request, limits::LOGIN_BYTES).await?.body;
        let errors = check(&SIGNATURE, &body);
        if !errors.is_empty() {
            return Err(ApiError::validation(errors));
        }
        Self::deserialize(body).map_err(|error| ApiError::bad_request("validation failed").because(error.to_string()))
    }
}
