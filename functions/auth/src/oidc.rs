//! `POST /auth/oidc`

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::Request;
use registry::error::{ApiError, BodyErrors, LoginErrors};
use registry_auth::{AuthMethod, TokenResponse};

use crate::body::{self, IdentityLogin};
use crate::issuers::OidcIssuers;
use crate::login::{Attempt, Proof};
use crate::refused::{Failure, Refused};

/// A token for somebody whom an issuer of the operator's choice knows, for what its rules say. Not there unless there is such
/// an issuer.
///
/// The identity token may be used again as long as it lives: some systems give a job one and no more.
#[utoipa::path(
    post,
    path = "/auth/oidc",
    tag = "auth",
    request_body = IdentityLogin,
    responses(
        (status = 200, body = TokenResponse),
        BodyErrors,
        LoginErrors,
    )
)]
pub(crate) async fn login_oidc(
    State(state): State<crate::State>,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    let Some(issuers) = &state.logins.oidc else {
        return Err(ApiError::not_found("Endpoint not found. See /docs for the API documentation."));
    };
    let (login, address) = body::read::<IdentityLogin>(request).await?;
    let attempt = Attempt::begin(&state, AuthMethod::Oidc, address).await?;
    let proof = prove(issuers, &login, &attempt).await;
    attempt.end(proof).await
}

async fn prove(issuers: &OidcIssuers, login: &IdentityLogin, attempt: &Attempt<'_>) -> Result<Proof, Failure> {
    let (issuer, token) = issuers.verify(&login.oidc_token, attempt.now).await?;
    let person = issuer.person(&token);
    let person = person.map_err(|error| Refused::new(error.to_string()).claiming(issuer.called(&token)))?;
    Ok(Proof {
        method: AuthMethod::Oidc,
        subject: person.subject,
        identity: person.identity,
        proved: Vec::new(),
        permissions: person.permissions,
        run: None,
        remarks: person.remarks,
    })
}
