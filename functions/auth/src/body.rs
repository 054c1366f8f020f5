//! The body of a login, checked in the official order: size, media type, syntax, fields.

use std::fmt;

use axum::body::Body;
use http::{Request, StatusCode};
use registry::edge::{ClientAddress, JsonRequest};
use registry::error::{ApiError, ErrorDetail};
use registry::limits;
use registry_validate::{SIGNATURE, check};
use serde::Deserialize;
use serde_json::Value;
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

/// An access token of GitHub.
#[derive(ToSchema)]
#[schema(as = GitHubTokenExchangeInput)]
pub(crate) struct GitHubLogin {
    /// The token: of an OAuth app, a GitHub App or a person.
    pub(crate) github_token: String,
}

/// An identity token.
#[derive(ToSchema)]
#[schema(as = OIDCTokenExchangeInput)]
pub(crate) struct IdentityLogin {
    /// The token.
    pub(crate) oidc_token: String,
}

/// What a login sends that is a token and nothing else.
pub(crate) trait TokenLogin {
    /// The field that has it.
    const FIELD: &'static str;

    /// The login with this token.
    fn with(token: String) -> Self;
}

impl SignatureLogin {
    /// Reads the body to its end.
    ///
    /// # Errors
    /// 413, 415, 400 for no body or for one that is no JSON, and 422 with all that is wrong with its fields.
    pub(crate) async fn read(request: Request<Body>) -> Result<(Self, Option<ClientAddress>), ApiError> {
        let JsonRequest { body, address, .. } = JsonRequest::read(request, limits::LOGIN_BYTES).await?;
        let errors = check(&SIGNATURE, &body);
        if !errors.is_empty() {
            return Err(ApiError::validation(errors));
        }
        let login = Self::deserialize(body);
        let login = login.map_err(|error| ApiError::bad_request("validation failed").because(error.to_string()))?;
        Ok((login, address))
    }
}

/// Reads a body with a token to its end. Errors are those of [`SignatureLogin::read`], without the values that are wrong: one of
/// them may be the token.
pub(crate) async fn read<T: TokenLogin>(request: Request<Body>) -> Result<(T, Option<ClientAddress>), ApiError> {
    let read = JsonRequest::read(request, limits::LOGIN_BYTES).await;
    let JsonRequest { body, address, .. } = read.map_err(without_value)?;
    let token = token(body, T::FIELD).map_err(ApiError::validation)?;
    Ok((T::with(token), address))
}

/// An error that quotes the body has its reason in a list; the others are no longer than their detail.
fn without_value(error: ApiError) -> ApiError {
    let reason = error.reason();
    if error.status() == StatusCode::BAD_REQUEST && reason != "request body is required" {
        error.with_errors(vec![wrong(reason, "body".to_owned())])
    } else {
        error
    }
}

fn token(body: Value, field: &'static str) -> Result<String, Vec<ErrorDetail>> {
    let Value::Object(mut body) = body else { return Err(vec![wrong("expected object", "body".to_owned())]) };
    let mut errors = Vec::new();
    let token = match body.remove(field) {
        Some(Value::String(token)) => token,
        found => {
            errors.push(match found {
                None => wrong(format!("expected required property {field} to be present"), "body".to_owned()),
                Some(_) => wrong("expected string", format!("body.{field}")),
            });
            String::new()
        }
    };
    errors.extend(body.keys().take(10).map(|key| wrong("unexpected property", format!("body.{key}"))));
    if errors.is_empty() { Ok(token) } else { Err(errors) }
}

fn wrong(message: impl Into<String>, location: String) -> ErrorDetail {
    ErrorDetail { message: message.into(), location: Some(location), value: None }
}

impl TokenLogin for GitHubLogin {
    const FIELD: &'static str = "github_token";

    fn with(github_token: String) -> Self {
        Self { github_token }
    }
}

impl TokenLogin for IdentityLogin {
    const FIELD: &'static str = "oidc_token";

    fn with(oidc_token: String) -> Self {
        Self { oidc_token }
    }
}

/// A token is a secret as long as it lives.
impl fmt::Debug for GitHubLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GitHubLogin").finish_non_exhaustive()
    }
}

/// A token is a secret as long as it lives.
impl fmt::Debug for IdentityLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityLogin").finish_non_exhaustive()
    }
}
